package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.StateEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads what {@link SegmentWriter} has written. Blocks without a wanted key group are skipped; what
 * belongs to no key is always wanted.
 */
final class SegmentReader {

  private static final byte[] NOTHING = {};

  /** The key group of what belongs to no key. */
  private static final int NO_GROUP = -1;

  private final String location;
  private final SegmentRef segment;
  private final BitSet wanted;
  private final CRC32C crc = new CRC32C();
  private final byte[] header = new byte[SegmentWriter.BLOCK_HEADER];
  private byte[] payload = NOTHING;
  private int position;
  private int end;

  // What an entry may have in common with the one before it in its block.
  private int keyGroup;
  private byte[] key = NOTHING;
  private byte[] namespace = NOTHING;
  private String cell = "";

  /** The value of which more parts are to come; it may continue in the next block. */
  private @Nullable Parts parts;

  /** Whether parts that come belong to a value that is not wanted. */
  private boolean passing;

  /**
   * Makes a reader.
   *
   * @param location the place, for messages
   * @param segment what to read
   * @param wanted the wanted key groups
   */
  SegmentReader(String location, SegmentRef segment, BitSet wanted) {
    this.location = location;
    this.segment = segment;
    this.wanted = wanted;
  }

  /**
   * Reads all of it.
   *
   * @param in stands where the segment begins
   * @param sink takes the entries of the wanted key groups and those of no key
   * @throws StoreUnavailableException if it cannot be read now
   * @throws CheckpointException if it is not what was written
   * @throws IOException if the sink throws it
   */
  void read(InputStream in, EntrySink sink) throws IOException {
    long offset = 0;
    long entries = 0;
    while (offset < segment.length()) {
      long rest = segment.length() - offset;
      readFully(in, header, SegmentWriter.BLOCK_HEADER, offset);
      int length = field(0);
      check(checksum(header, 20) == field(20), offset);
      check(length >= 0 && length <= rest - header.length && field(8) >= NO_GROUP, offset);
      boolean wanted = isWanted(field(8), field(12));
      if (wanted) {
        if (payload.length < length) {
          payload = new byte[Math.max(length, SegmentWriter.BLOCK_BYTES)];
        }
        readFully(in, payload, length, offset);
        check(checksum(payload, length) == field(16), offset);
        readEntries(length, field(4), sink, offset);
      } else {
        check(parts == null, offset);
        passing = true; // a value that began there may end in the next block
        in.skipNBytes(length);
      }
      entries += field(4);
      offset += header.length + (long) length;
    }
    check(entries == segment.entries() && parts == null, 0);
  }

  private boolean isWanted(int lowest, int highest) {
    if (lowest == NO_GROUP) {
      return true;
    }
    int first = wanted.nextSetBit(lowest);
    return first >= 0 && first <= highest;
  }

  private void readEntries(int length, int count, EntrySink sink, long offset) throws IOException {
    position = 0;
    end = length;
    keyGroup = NO_GROUP;
    key = NOTHING;
    namespace = NOTHING;
    cell = "";
    int begun = 0;
    while (position < end) {
      StateEntry entry;
      try {
        int kind = payload[position++] & 0xff;
        int flags = payload[position++];
        if (kind == SegmentWriter.PART) {
          entry = part(flags);
        } else {
          begun++;
          entry = entry(kind, flags, offset);
        }
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        throw corrupt(offset, e);
      }
      if (entry != null && isWanted(entry.keyGroup())) {
        sink.accept(entry);
      }
    }
    check(position == length && begun == count, offset);
  }

  private boolean isWanted(int group) {
    return group == NO_GROUP || wanted.get(group);
  }

  /** Reads an entry; null if the rest of its value is still to come. */
  private @Nullable StateEntry entry(int kind, int flags, long offset) {
    if (parts != null) {
      throw new IllegalArgumentException("a part of the value before is missing");
    }
    if ((flags & SegmentWriter.SAME_KEY) == 0) {
      keyGroup = varInt() - 1;
      if (keyGroup < NO_GROUP) {
        throw new IllegalArgumentException("key group " + keyGroup);
      }
      key = bytes();
    }
    if ((flags & SegmentWriter.SAME_NAMESPACE) == 0) {
      namespace = bytes();
    }
    if ((flags & SegmentWriter.SAME_CELL) == 0) {
      cell = new String(bytes(), StandardCharsets.UTF_8);
    }
    boolean inParts = (flags & SegmentWriter.MORE) != 0;
    int length = inParts ? varInt() : 0;
    byte[] first = bytes();
    StateEntry entry =
        new StateEntry(
            keyGroup,
            key,
            kind(kind),
            namespace,
            cell,
            StateEntry.Op.ofCode(flags & SegmentWriter.OP_MASK),
            first);
    passing = inParts && !isWanted(keyGroup);
    if (!inParts) {
      return entry;
    }
    if (passing) {
      return null;
    }
    // Not of a length that somebody has made up: the rest of it has to be in this segment.
    if (length < first.length || length - first.length > segment.length() - offset) {
      throw new IllegalArgumentException("a value of " + length + " bytes in parts");
    }
    parts = new Parts(entry, length);
    return null;
  }

  /** New kinds come without a new format: each reads only what it knows. */
  private StateEntry.Kind kind(int code) {
    try {
      return StateEntry.Kind.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "The checkpoint file "
              + segment.file()
              + " in "
              + location
              + " holds entries of the kind "
              + code
              + ", which this version of the runner does not know: run the pipeline with the"
              + " version that wrote it, or a later one",
          e);
    }
  }

  /** Adds a part to the value before it; gives the entry if it is the last one. */
  private @Nullable StateEntry part(int flags) {
    byte[] bytes = bytes();
    boolean isLast = (flags & SegmentWriter.MORE) == 0;
    Parts open = parts;
    if (open == null) {
      if (!passing) {
        throw new IllegalArgumentException("a part of no value");
      }
      passing = !isLast;
      return null;
    }
    open.add(bytes);
    if (!isLast) {
      return null;
    }
    parts = null;
    return open.entry();
  }

  /** A value whose parts are put together. */
  private static final class Parts {
    private final StateEntry first;
    private final byte[] value;
    private int size;

    Parts(StateEntry first, int length) {
      this.first = first;
      this.value = Arrays.copyOf(first.value(), length);
      this.size = first.value().length;
    }

    void add(byte[] part) {
      if (part.length > value.length - size) {
        throw new IllegalArgumentException("more parts than the value is long");
      }
      System.arraycopy(part, 0, value, size, part.length);
      size += part.length;
    }

    StateEntry entry() {
      if (size < value.length) {
        throw new IllegalArgumentException("fewer parts than the value is long");
      }
      return new StateEntry(
          first.keyGroup(),
          first.key(),
          first.kind(),
          first.namespace(),
          first.cell(),
          first.op(),
          value);
    }
  }

  private int varInt() {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      byte b = payload[position++];
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 32 bits");
  }

  private byte[] bytes() {
    int length = varInt();
    if (length < 0 || length > end - position) {
      throw new IllegalArgumentException("a length of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    System.arraycopy(payload, position, bytes, 0, length);
    position += length;
    return bytes;
  }

  private int field(int at) {
    return ByteBuffer.wrap(header).getInt(at);
  }

  private int checksum(byte[] bytes, int length) {
    crc.reset();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private void readFully(InputStream in, byte[] bytes, int length, long offset) {
    try {
      int read = in.readNBytes(bytes, 0, length);
      check(read == length, offset);
    } catch (EOFException e) {
      throw corrupt(offset, e);
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "Cannot read the checkpoint file "
              + segment.file()
              + " in "
              + location
              + ": "
              + e.getMessage()
              + ". Start again when it can be read",
          e);
    }
  }

  private void check(boolean good, long offset) {
    if (!good) {
      throw corrupt(offset, null);
    }
  }

  private CheckpointException corrupt(long offset, @Nullable Exception cause) {
    return new CheckpointException(
        "The checkpoint file "
            + segment.file()
            + " in "
            + location
            + " is damaged in the block at byte "
            + (segment.offset() + offset)
            + ". Start again: what is damaged is found then, and the pipeline resumes from the"
            + " newest checkpoint that is whole; or bring the file back from a copy",
        cause);
  }
}
