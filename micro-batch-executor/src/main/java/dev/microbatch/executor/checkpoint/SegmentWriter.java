package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Writes the entries of one snapshot as blocks: a segment. Numbers are big-endian, checksums are
 * CRC-32C. A data file ({@link DataFileHeader} is its beginning):
 *
 * <pre>
 *  0               8        12       16
 * +---------------+--------+--------+-----------------------+-----------------------+---
 * | "MBCHKPNT"    | format | 0      | segment or attachment | segment or attachment | ...
 * +---------------+--------+--------+-----------------------+-----------------------+---
 * </pre>
 *
 * The manifest knows where in the file each segment and attachment begins and how long it is. An
 * attachment is its bytes. A segment is a run of blocks, each of about {@value #BLOCK_BYTES} bytes:
 *
 * <pre>
 *  0        4         8         12        16          20           24
 * +--------+---------+---------+---------+-----------+------------+---------------------
 * | length | entries | lowest  | highest | checksum  | checksum   | payload
 * | of the | in the  | key     | key     | of the    | of bytes   | entry, entry, ...
 * | payload| payload | group   | group   | payload   | 0 to 19    |
 * +--------+---------+---------+---------+-----------+------------+---------------------
 * </pre>
 *
 * An entry; what it has in common with the entry before it in its block is left out. The key group
 * is stored plus 1, because -1 belongs to no key. {@code v} is a number of seven bits a byte, the
 * lowest first:
 *
 * <pre>
 *  byte 0: kind   byte 1: bit 7      bit 6           bit 5       bit 4       bits 3-0
 * +-------------+----------------+----------------+-----------+-------------+---------+
 * | Kind.code() | same key group | same namespace | same cell | the value   | Op.code |
 * |             | and key        |                |           | is in parts |         |
 * +-------------+----------------+----------------+-----------+-------------+---------+
 * | [ v: key group + 1 | v: length | key       ]   unless the same                     |
 * | [ v: length        | namespace             ]   unless the same                     |
 * | [ v: length        | cell in UTF-8         ]   unless the same                     |
 * | [ v: length of the value                   ]   if it is in parts                   |
 * |   v: length        | value, or its first part                                      |
 * +-----------------------------------------------------------------------------------+
 * </pre>
 *
 * A value of more than {@value #PART_BYTES} bytes is in parts, so that neither who writes it nor
 * who reads it needs a block as large as the value. The parts behind the first follow the entry, in
 * the same block or in the next ones, which have no other key group in them before its last part.
 * They are not counted as entries:
 *
 * <pre>
 *  byte 0         byte 1: bit 4
 * +--------------+----------------+-----------+------+
 * | {@value #PART}          | another part   | v: length | part |
 * |              | follows        |           |      |
 * +--------------+----------------+-----------+------+
 * </pre>
 */
final class SegmentWriter implements EntrySink {

  /** When a block is full, in bytes. */
  static final int BLOCK_BYTES = 64 * 1024;

  /** How long a part of a value is, in bytes. A value that is no longer is not in parts. */
  static final int PART_BYTES = BLOCK_BYTES;

  /** Stands for the kind where a part continues the value of the entry before it. */
  static final int PART = 0xff;

  /** The length of the header of a block, in bytes. */
  static final int BLOCK_HEADER = 24;

  static final int SAME_KEY = 0x80;
  static final int SAME_NAMESPACE = 0x40;
  static final int SAME_CELL = 0x20;

  /** Another part of the value follows. */
  static final int MORE = 0x10;

  static final int OP_MASK = 0x0f;

  /** Takes what is to be written. */
  @FunctionalInterface
  interface Output {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  private final Output out;
  private final SnapshotScope scope;
  private final BlockBuffer block = new BlockBuffer(BLOCK_BYTES + BLOCK_BYTES / 4);
  private final CRC32C crc = new CRC32C();
  private @Nullable StateEntry last;
  private int blockEntries;
  private int lowest;
  private int highest;
  private long entries;
  private long whole;

  /**
   * Creates a writer.
   *
   * @param out takes the blocks
   * @param scope what the snapshot contains as a whole
   */
  SegmentWriter(Output out, SnapshotScope scope) {
    this.out = out;
    this.scope = scope;
    startBlock();
  }

  /** How many bytes of what has been taken are within the scope. */
  long whole() {
    return whole;
  }

  /** How many entries have been taken. */
  long entries() {
    return entries;
  }

  @Override
  public void accept(StateEntry entry) throws IOException {
    StateEntry before = last;
    int start = block.size();
    boolean sameKey =
        before != null && before.keyGroup() == entry.keyGroup() && same(before.key(), entry.key());
    boolean sameNamespace = before != null && same(before.namespace(), entry.namespace());
    boolean sameCell = before != null && before.cell().equals(entry.cell());
    boolean inParts = entry.value().length > PART_BYTES;
    block.putByte(entry.kind().code());
    block.putByte(
        entry.op().code()
            | (sameKey ? SAME_KEY : 0)
            | (sameNamespace ? SAME_NAMESPACE : 0)
            | (sameCell ? SAME_CELL : 0)
            | (inParts ? MORE : 0));
    if (!sameKey) {
      block.putVarInt(entry.keyGroup() + 1);
      block.putBytes(entry.key());
      covers(entry.keyGroup());
    }
    if (!sameNamespace) {
      block.putBytes(entry.namespace());
    }
    if (!sameCell) {
      block.putBytes(entry.cell().getBytes(StandardCharsets.UTF_8));
    }
    last = entry;
    blockEntries++;
    entries++;
    if (inParts) {
      putParts(entry, start);
    } else {
      block.putBytes(entry.value());
      took(entry, start);
    }
  }

  private void putParts(StateEntry entry, int start) throws IOException {
    byte[] value = entry.value();
    block.putVarInt(value.length);
    putPart(value, 0);
    took(entry, start);
    for (int at = PART_BYTES; at < value.length; at += PART_BYTES) {
      int from = block.size();
      covers(entry.keyGroup());
      block.putByte(PART);
      block.putByte(at + PART_BYTES < value.length ? MORE : 0);
      putPart(value, at);
      took(entry, from);
    }
  }

  private void putPart(byte[] value, int at) {
    int length = Math.min(PART_BYTES, value.length - at);
    block.putVarInt(length);
    block.put(value, at, length);
  }

  private void covers(int keyGroup) {
    lowest = Math.min(lowest, keyGroup);
    highest = Math.max(highest, keyGroup);
  }

  /** Counts what was put, and writes the block if it is full. */
  private void took(StateEntry entry, int start) throws IOException {
    if (scope.contains(entry.keyGroup())) {
      whole += block.size() - start;
    }
    if (block.size() >= BLOCK_BYTES) {
      flush();
    }
  }

  private static boolean same(byte[] a, byte[] b) {
    return a == b || Arrays.equals(a, b);
  }

  /** Writes the last block. */
  void finish() throws IOException {
    if (block.size() > BLOCK_HEADER) {
      flush();
    }
  }

  private void flush() throws IOException {
    int length = block.size() - BLOCK_HEADER;
    block.putInt(0, length);
    block.putInt(4, blockEntries);
    block.putInt(8, lowest);
    block.putInt(12, highest);
    block.putInt(16, checksum(block.bytes(), BLOCK_HEADER, length));
    block.putInt(20, checksum(block.bytes(), 0, 20));
    Thread.interrupted(); // a coder may have left it behind, and it would close the file
    out.write(block.bytes(), 0, block.size());
    startBlock();
  }

  private int checksum(byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  private void startBlock() {
    last = null;
    blockEntries = 0;
    lowest = Integer.MAX_VALUE;
    highest = Integer.MIN_VALUE;
    block.truncate(BLOCK_HEADER);
  }
}
