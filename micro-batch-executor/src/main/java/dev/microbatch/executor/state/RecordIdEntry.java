package dev.microbatch.executor.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * An entry of the kind {@code RECORD_ID}: a chunk of the ids of records that a split may deliver
 * again. {@code DELETE} without a value says that the chunk is gone.
 *
 * <pre>
 *   namespace  the index of the split, in decimal digits
 *   cell       generation '.' chunk, both in decimal digits
 *   value      16 bytes for each id: the first 128 bits of its SHA-256
 * </pre>
 *
 * <p>Early versions of format 1 wrote an entry for each id, with the id in hexadecimal digits as
 * its cell and no value.
 *
 * @param split the index of the split
 * @param generation the number of the generation; -1 if this is a single id
 * @param chunk the number of the chunk in its generation; -1 if this is a single id
 * @param ids the hashes of the ids, or a single id as it is
 */
public record RecordIdEntry(int split, long generation, int chunk, byte[] ids) {

  /** The length of a hash, in bytes. */
  public static final int ID_BYTES = 2 * Long.BYTES;

  private static final byte[] NOTHING = {};

  /** The cell of a chunk. */
  public static String cell(long generation, int chunk) {
    return generation + "." + chunk;
  }

  /**
   * The entry that stores a chunk.
   *
   * @param split the index of the split
   * @param cell see {@link #cell}
   * @param ids two numbers for each hash
   * @param length how many hashes there are
   */
  public static StateEntry put(int split, String cell, long[] ids, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length * ID_BYTES);
    buffer.asLongBuffer().put(ids, 0, 2 * length);
    return entry(split, cell, StateEntry.Op.PUT, buffer.array());
  }

  /** The entry that says that a chunk, or a single id, is gone. */
  public static StateEntry delete(int split, String cell) {
    return entry(split, cell, StateEntry.Op.DELETE, NOTHING);
  }

  private static StateEntry entry(int split, String cell, StateEntry.Op op, byte[] value) {
    return new StateEntry(
        StateEntry.NO_KEY_GROUP,
        NOTHING,
        StateEntry.Kind.RECORD_ID,
        Integer.toString(split).getBytes(StandardCharsets.UTF_8),
        cell,
        op,
        value);
  }

  /**
   * The index of the split that an entry belongs to.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static int split(StateEntry entry) throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.RECORD_ID);
    String digits = EntryReader.utf8(entry.kind(), entry.namespace(), "split");
    return EntryReader.index(entry.kind(), digits, "the index of a split");
  }

  /**
   * Reads an entry that stores a chunk or a single id.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static RecordIdEntry parse(StateEntry entry) throws MalformedEntryException {
    int split = split(entry);
    String cell = entry.cell();
    int dot = cell.indexOf('.');
    if (dot < 0) {
      return new RecordIdEntry(split, -1, -1, hex(cell));
    }
    if (entry.value().length % ID_BYTES != 0) {
      throw new MalformedEntryException(
          entry.kind(), entry.value().length + " bytes are not a whole number of ids");
    }
    return new RecordIdEntry(
        split,
        EntryReader.number(entry.kind(), cell.substring(0, dot), "the number of a generation"),
        EntryReader.index(entry.kind(), cell.substring(dot + 1), "the number of a chunk"),
        entry.value());
  }

  private static byte[] hex(String cell) throws MalformedEntryException {
    try {
      return HexFormat.of().parseHex(cell);
    } catch (IllegalArgumentException e) {
      throw new MalformedEntryException(
          StateEntry.Kind.RECORD_ID, "'" + cell + "' is neither a chunk nor an id", e);
    }
  }

  /** Whether it is a single id. */
  public boolean isSingle() {
    return chunk < 0;
  }
}
