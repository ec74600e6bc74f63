package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.util.VarInt;

/**
 * A block of state entries in a data file. All numbers are big-endian.
 *
 * <pre>
 *   +--------+---------+-----------+-----------+---------+- - - - - -+
 *   | length | entries | least key | greatest  | CRC-32C |  payload  |
 *   |        |         |   group   | key group |         |           |
 *   +--------+---------+-----------+-----------+---------+- - - - - -+
 *    4 bytes   4 bytes    4 bytes     4 bytes    4 bytes    length
 * </pre>
 *
 * The checksum is that of the four numbers before it and of the payload. The payload is a sequence
 * of entries:
 *
 * <pre>
 *   +-----+-----------+-----+-----------+------+-------+
 *   | tag | key group | key | namespace | cell | value |
 *   +-----+-----------+-----+-----------+------+-------+
 *   tag        1 byte: kind &lt;&lt; 4 | operation &lt;&lt; 2 | same key &lt;&lt; 1 | same namespace
 *   key group  varint, plus 1 so that "none" is 0; not there if the key is that of the entry before
 *   key        length as varint, bytes; not there if it is that of the entry before
 *   namespace  length as varint, bytes; not there if it is that of the entry before
 *   cell       varint: the index among the cells that the block has named so far; if it is a new
 *              one, its length as varint and its UTF-8 follow
 *   value      length as varint, bytes
 * </pre>
 *
 * A block stands by itself: nothing in it refers to another one.
 */
final class BlockFormat {

  /** The bytes in front of the payload. */
  static final int HEADER_BYTES = 20;

  /** A block is closed when its payload has so many bytes. */
  static final int TARGET_BYTES = 64 << 10;

  private static final int SAME_KEY = 2;
  private static final int SAME_NAMESPACE = 1;

  private BlockFormat() {}

  /** Fills a block. Not thread-safe. */
  static final class Writer {

    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(TARGET_BYTES * 2);
    private final Map<String, Integer> cells = new HashMap<>();
    private int keyGroup;
    private byte[] key = {};
    private byte[] namespace = {};
    private int entries;
    private int least = Integer.MAX_VALUE;
    private int greatest = Integer.MIN_VALUE;

    int size() {
      return payload.size();
    }

    void add(StateEntry entry) throws IOException {
      boolean sameKey = entries > 0 && keyGroup == entry.keyGroup() && same(entry.key(), key);
      boolean sameNamespace = entries > 0 && same(entry.namespace(), namespace);
      payload.write(
          entry.kind().code() << 4
              | entry.op().code() << 2
              | (sameKey ? SAME_KEY : 0)
              | (sameNamespace ? SAME_NAMESPACE : 0));
      if (!sameKey) {
        key = entry.key();
        keyGroup = entry.keyGroup();
        VarInt.encode(entry.keyGroup() + 1, payload);
        bytes(key);
      }
      if (!sameNamespace) {
        namespace = entry.namespace();
        bytes(namespace);
      }
      cell(entry.cell());
      bytes(entry.value());
      entries++;
      least = Math.min(least, entry.keyGroup());
      greatest = Math.max(greatest, entry.keyGroup());
    }

    private static boolean same(byte[] one, byte[] other) {
      return one == other || Arrays.equals(one, other);
    }

    private void bytes(byte[] bytes) throws IOException {
      VarInt.encode(bytes.length, payload);
      payload.write(bytes);
    }

    private void cell(String cell) throws IOException {
      Integer index = cells.get(cell);
      if (index != null) {
        VarInt.encode(index, payload);
      } else {
        VarInt.encode(cells.size(), payload);
        cells.put(cell, cells.size());
        bytes(cell.getBytes(StandardCharsets.UTF_8));
      }
    }

    /** The block; the next entry begins another one. */
    byte[] finish() {
      byte[] content = payload.toByteArray();
      ByteBuffer block = ByteBuffer.allocate(HEADER_BYTES + content.length);
      block.putInt(content.length).putInt(entries).putInt(least).putInt(greatest);
      CRC32C crc = new CRC32C();
      crc.update(block.array(), 0, HEADER_BYTES - Integer.BYTES);
      crc.update(content);
      block.putInt((int) crc.getValue()).put(content);
      payload.reset();
      cells.clear();
      entries = 0;
      least = Integer.MAX_VALUE;
      greatest = Integer.MIN_VALUE;
      return block.array();
    }
  }

  /**
   * The numbers in front of a payload.
   *
   * @param length the bytes of the payload
   * @param entries how many entries it has
   * @param least the least key group, -1 if some have none
   * @param greatest the greatest key group
   * @param crc the checksum
   */
  record Header(int length, int entries, int least, int greatest, int crc) {

    static Header of(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Header(
          buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
    }

    boolean fits(byte[] header, byte[] payload) {
      CRC32C computed = new CRC32C();
      computed.update(header, 0, HEADER_BYTES - Integer.BYTES);
      computed.update(payload);
      return (int) computed.getValue() == crc;
    }
  }

  /** Reads the entries of a payload whose checksum is right. */
  static void read(Header header, byte[] payload, EntrySink sink) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(payload);
    List<String> cells = new ArrayList<>();
    byte[] key = {};
    byte[] namespace = {};
    int keyGroup = 0;
    for (int i = 0; i < header.entries(); i++) {
      int tag = in.get() & 0xff;
      if ((tag & SAME_KEY) == 0) {
        keyGroup = varInt(in) - 1;
        key = bytes(in);
      }
      if ((tag & SAME_NAMESPACE) == 0) {
        namespace = bytes(in);
      }
      int cell = varInt(in);
      if (cell == cells.size()) {
        cells.add(new String(bytes(in), StandardCharsets.UTF_8));
      }
      sink.accept(
          new StateEntry(
              keyGroup,
              key,
              StateEntry.Kind.ofCode(tag >>> 4),
              namespace,
              cells.get(cell),
              StateEntry.Op.ofCode((tag >>> 2) & 3),
              bytes(in)));
    }
  }

  private static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[varInt(in)];
    in.get(bytes);
    return bytes;
  }

  private static int varInt(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
