package dev.microbatch.executor.state;

import java.nio.ByteBuffer;

/**
 * The value of an entry of the kind {@code HOLD}, a watermark hold: 8 bytes, milliseconds,
 * big-endian. {@code CLEAR} releases it. Where it belongs is as with a {@link CellEntry}.
 */
final class HoldEntry {

  private HoldEntry() {}

  /** The change that sets a hold. */
  static Change of(long timestamp) {
    return new Change(
        StateEntry.Op.PUT, ByteBuffer.allocate(Long.BYTES).putLong(timestamp).array());
  }

  /**
   * Reads an entry that sets a hold.
   *
   * @return where it stands, in milliseconds
   * @throws MalformedEntryException if it is something else
   */
  static long timestamp(StateEntry entry) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.HOLD);
    if (entry.op() != StateEntry.Op.PUT) {
      throw in.malformed("a hold is put or cleared, and this is " + entry.op());
    }
    long timestamp = in.readLong("timestamp");
    in.end();
    return timestamp;
  }
}
