package dev.microbatch.executor.spill;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a run is laid out. A run is a stream of bytes in blocks; numbers are big-endian, checksums
 * are CRC-32C. All blocks but the last hold {@value #BLOCK_BYTES} bytes of the stream, so that a
 * place in it is found without an index.
 *
 * <pre>
 *  0         4            8           12           16          20
 * +---------+------------+-----------+------------+-----------+-------------------
 * | bytes   | where the  | key group | checksum   | checksum  | bytes of the
 * | of the  | first group| at the    | of the     | of bytes  | stream
 * | stream  | begins, -1 | first byte| stream's   | 0 to 15   |
 * +---------+------------+-----------+------------+-----------+-------------------
 * </pre>
 *
 * The stream is groups in ascending order of key group, hash and key, in which {@code v} is a
 * number of seven bits a byte, the lowest first:
 *
 * <pre>
 *  group  v: key group + 1 | hash, 4 bytes | v: 2 * length of the key + replaces | key
 *         chunk, chunk, ... | v: 0
 *  chunk  v: 2 * how many values there are, at least 1, + stored | v: length | values
 * </pre>
 *
 * A group that <em>replaces</em> is all that there is of its key: older runs do not count. Values
 * that are <em>stored</em> were in a commit when the run was written. A chunk holds about {@value
 * #CHUNK_BYTES} bytes; a value is never divided. A group without values is its key and a 0. No
 * group begins with a 0, which is the last byte of a run.
 */
final class RunFormat {

  /** How much of the stream is in a block, in bytes. */
  static final int BLOCK_BYTES = 64 << 10;

  /** The length of the header of a block. */
  static final int HEADER = 20;

  /** How many bytes of values fill a chunk. */
  static final int CHUNK_BYTES = 64 << 10;

  private RunFormat() {}

  /**
   * The header of a block.
   *
   * @param length how much of the stream is in it
   * @param first where the first group begins in it, or -1
   * @param keyGroup the key group of the group that its first byte belongs to
   * @param checksum of what is in it
   */
  record Header(int length, int first, int keyGroup, int checksum) {

    void put(byte[] to, CRC32C crc) {
      ByteBuffer buffer = ByteBuffer.wrap(to);
      buffer.putInt(length).putInt(first).putInt(keyGroup).putInt(checksum);
      buffer.putInt(crc(crc, to, 0, HEADER - Integer.BYTES));
    }

    /** Reads a header; null if it is damaged. */
    static Header get(byte[] from, CRC32C crc) {
      ByteBuffer buffer = ByteBuffer.wrap(from);
      Header header =
          new Header(buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
      boolean right = buffer.getInt() == crc(crc, from, 0, HEADER - Integer.BYTES);
      return right && header.length >= 0 && header.length <= BLOCK_BYTES ? header : null;
    }
  }

  static int crc(CRC32C crc, byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
