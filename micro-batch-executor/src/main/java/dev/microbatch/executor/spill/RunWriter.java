package dev.microbatch.executor.spill;

import static dev.microbatch.executor.spill.RunFormat.BLOCK_BYTES;
import static dev.microbatch.executor.spill.RunFormat.HEADER;

import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.SpillFile;
import java.util.zip.CRC32C;

/**
 * Writes runs, one behind the other, into one file. Groups come in ascending order of key group,
 * hash and key.
 *
 * <pre>
 *   writer ( begin { group chunk* }* end )* close
 * </pre>
 *
 * <p>If it is closed before a run has ended, that run is not there.
 *
 * <p>Not thread-safe.
 */
public final class RunWriter implements AutoCloseable {

  private final SpillFile file;
  private final CRC32C crc = new CRC32C();
  private final byte[] block = new byte[HEADER + BLOCK_BYTES];
  private int size;
  private int first;
  private int keyGroupAtStart;
  private int keyGroup;
  private boolean open;
  private long start;
  private long length;
  private long groups;

  /**
   * Begins a file.
   *
   * @param directory where it is made
   * @param needed about how many bytes are to be written
   * @throws dev.microbatch.executor.memory.NoSpaceException if there is no room for them
   */
  public RunWriter(SpillDirectory directory, long needed) {
    this.file = directory.create(needed);
  }

  /** Begins a run. */
  public void begin() {
    start = file.length();
    length = 0;
    groups = 0;
    open = false;
    startBlock();
  }

  /**
   * Begins a group.
   *
   * @param keyGroup the group of the key, 0 or more
   * @param hash the hash of the key
   * @param key the encoded key
   * @param replaces whether older runs do not count for the key
   */
  public void group(int keyGroup, int hash, byte[] key, boolean replaces) {
    endGroup();
    if (size == BLOCK_BYTES) {
      flush();
    }
    this.keyGroup = keyGroup;
    if (size == 0) {
      keyGroupAtStart = keyGroup;
    }
    if (first < 0) {
      first = size;
    }
    open = true;
    groups++;
    varLong(keyGroup + 1L);
    for (int shift = 24; shift >= 0; shift -= 8) {
      put(hash >>> shift);
    }
    varLong(2L * key.length + (replaces ? 1 : 0));
    put(key, 0, key.length);
  }

  /**
   * Adds values to the group.
   *
   * @param count how many, at least 1
   * @param stored whether they are in a commit
   * @param bytes has them encoded
   * @param offset where
   * @param encoded how many bytes
   */
  public void chunk(int count, boolean stored, byte[] bytes, int offset, int encoded) {
    varLong(2L * count + (stored ? 1 : 0));
    varLong(encoded);
    put(bytes, offset, encoded);
  }

  private void endGroup() {
    if (open) {
      varLong(0);
      open = false;
    }
  }

  /** Ends the run. Who gets it holds it. */
  public Run end() {
    endGroup();
    put(0);
    flush();
    return new Run(file, start, length, groups);
  }

  /** How many bytes have been written, of all runs. */
  public long bytes() {
    return file.length();
  }

  /** Ends the file: it is there as long as somebody holds a run of it. */
  @Override
  public void close() {
    file.release();
  }

  private void varLong(long value) {
    long rest = value;
    while ((rest & ~0x7f) != 0) {
      put((int) (rest | 0x80));
      rest >>>= 7;
    }
    put((int) rest);
  }

  private void put(int value) {
    if (size == BLOCK_BYTES) {
      flush();
    }
    block[HEADER + size++] = (byte) value;
  }

  private void put(byte[] bytes, int offset, int count) {
    int done = 0;
    while (done < count) {
      if (size == BLOCK_BYTES) {
        flush();
      }
      int some = Math.min(count - done, BLOCK_BYTES - size);
      System.arraycopy(bytes, offset + done, block, HEADER + size, some);
      size += some;
      done += some;
    }
  }

  private void flush() {
    int checksum = RunFormat.crc(crc, block, HEADER, size);
    new RunFormat.Header(size, first, keyGroupAtStart, checksum).put(block, crc);
    file.write(block, 0, HEADER + size);
    length += size;
    startBlock();
  }

  private void startBlock() {
    size = 0;
    first = -1;
    keyGroupAtStart = keyGroup;
  }
}
