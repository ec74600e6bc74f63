package dev.microbatch.executor.spill;

import static dev.microbatch.executor.spill.RunFormat.BLOCK_BYTES;
import static dev.microbatch.executor.spill.RunFormat.HEADER;

import dev.microbatch.executor.memory.SpillException;
import java.util.zip.CRC32C;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads a run, a block at a time. Of a group it reads the chunks of values, or passes over them.
 *
 * <p>It does not hold the run: whoever uses it does. Not thread-safe.
 */
public final class RunReader implements GroupCursor {

  private static final byte[] NOTHING = {};

  private final Run run;
  private final CRC32C crc = new CRC32C();
  private final byte[] header = new byte[HEADER];

  /** The block that is being read; null if it has to be read again. */
  private byte @Nullable [] block;

  /** The number of that block. */
  private long blockNumber = -1;

  private int position;
  private int limit;

  private boolean ended;
  private boolean inGroup;

  /** Whether the group that was read is the next one. */
  private boolean peeked;

  private int keyGroup;
  private int hash;
  private byte[] key = NOTHING;
  private boolean replaces;
  private int count;
  private boolean stored;
  private byte[] chunk = NOTHING;
  private int chunkOffset;
  private int chunkLength;

  /** How much of the chunk has not been read. */
  private int rest;

  /** For chunks that are in more than one block. */
  private byte[] joined = NOTHING;

  /**
   * Reads from the beginning.
   *
   * @param run what to read
   */
  public RunReader(Run run) {
    this.run = run;
    this.ended = run.length() == 0;
  }

  private RunReader(Run run, long values) {
    this(run);
    seek(values);
    inGroup = true;
  }

  /**
   * Reads the values of one group.
   *
   * @param run what to read
   * @param values where they are, as {@link #values} said
   */
  public static RunReader ofValues(Run run, long values) {
    return new RunReader(run, values);
  }

  @Override
  public boolean next() {
    if (peeked) {
      peeked = false;
      return true;
    }
    if (ended) {
      return false;
    }
    while (inGroup) {
      nextChunk();
    }
    long first = varLong();
    if (first == 0) {
      ended = true;
      block = null;
      return false;
    }
    keyGroup = checked(first - 1, Integer.MAX_VALUE, "a key group");
    hash = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      hash = hash << 8 | get();
    }
    long length = varLong();
    replaces = (length & 1) != 0;
    key = new byte[checked(length >>> 1, run.length(), "the length of a key")];
    get(key, key.length);
    inGroup = true;
    return true;
  }

  private int checked(long value, long most, String what) {
    if (value < 0 || value > Math.min(most, Integer.MAX_VALUE)) {
      throw damaged(what + " is " + value);
    }
    return (int) value;
  }

  /**
   * Passes over all groups before a key group. {@link #next} gives the first that is not.
   *
   * @param wanted a key group behind the one of the group that was read last
   */
  public void passTo(int wanted) {
    long low = 0;
    long high = (run.length() + BLOCK_BYTES - 1) / BLOCK_BYTES;
    while (low < high) { // the first block whose first byte is not before
      long middle = (low + high) >>> 1;
      if (readHeader(middle).keyGroup() < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (long at = Math.max(0, low - 1); ; at++) {
      if (at * BLOCK_BYTES >= run.length()) {
        ended = true;
        return;
      }
      int first = readHeader(at).first();
      if (first >= 0) {
        seek(at * BLOCK_BYTES + first);
        break;
      }
    }
    inGroup = false;
    peeked = false;
    ended = false;
    while (next()) {
      if (keyGroup >= wanted) {
        peeked = true;
        return;
      }
    }
  }

  @Override
  public int keyGroup() {
    return keyGroup;
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public boolean replaces() {
    return replaces;
  }

  Run run() {
    return run;
  }

  /** Where the values of the group are that was just turned to. */
  public long values() {
    return blockNumber * BLOCK_BYTES + position;
  }

  /**
   * Turns to the next chunk of values of the group.
   *
   * @return whether there is one
   */
  public boolean nextChunk() {
    skip();
    if (!inGroup) {
      return false;
    }
    long first = varLong();
    if (first == 0) {
      inGroup = false;
      return false;
    }
    count = checked(first >>> 1, Integer.MAX_VALUE, "the number of values");
    stored = (first & 1) != 0;
    chunkLength = checked(varLong(), run.length(), "the length of values");
    rest = chunkLength;
    return true;
  }

  private void skip() {
    while (rest > 0) {
      if (position == limit) {
        nextBlock();
      }
      int some = Math.min(rest, limit - position);
      position += some;
      rest -= some;
    }
  }

  /** How many values are in the chunk. */
  public int count() {
    return count;
  }

  /** Whether they were in a commit when the run was written. */
  public boolean isStored() {
    return stored;
  }

  /** How many bytes they are. */
  public int length() {
    return chunkLength;
  }

  /** Reads the values of the chunk: they are in {@link #bytes} then. */
  public void readChunk() {
    if (block == null && position < limit) {
      nextBlock();
    }
    if (limit - position >= rest) {
      chunk = block;
      chunkOffset = position;
      position += rest;
    } else {
      if (joined.length < rest) {
        joined = new byte[Math.max(rest, BLOCK_BYTES)];
      }
      get(joined, rest);
      chunk = joined;
      chunkOffset = 0;
    }
    rest = 0;
  }

  /** Has the values that were read, until something else is read. Not to be changed. */
  public byte[] bytes() {
    return chunk;
  }

  /** Where the values that were read begin in {@link #bytes}. */
  public int offset() {
    return chunkOffset;
  }

  /** Lets go of memory until it reads again. */
  public void pause() {
    block = null;
    joined = NOTHING;
    chunk = NOTHING;
  }

  private long varLong() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = get();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw damaged("a number has more than 64 bits");
  }

  private int get() {
    if (position == limit || block == null) {
      nextBlock();
    }
    return block[position++] & 0xff;
  }

  private void get(byte[] to, int length) {
    int done = 0;
    while (done < length) {
      if (position == limit || block == null) {
        nextBlock();
      }
      int some = Math.min(length - done, limit - position);
      System.arraycopy(block, position, to, done, some);
      position += some;
      done += some;
    }
  }

  /** Reads the next block, or the same one again if it was let go of in the middle. */
  private void nextBlock() {
    if (block == null && blockNumber >= 0 && position < limit) {
      int at = position;
      readBlock(blockNumber);
      position = at;
      return;
    }
    readBlock(blockNumber + 1);
  }

  private void seek(long to) {
    readBlock(to / BLOCK_BYTES);
    position = (int) (to % BLOCK_BYTES);
    rest = 0;
    if (position > limit) {
      throw damaged("it ends before byte " + to);
    }
  }

  private RunFormat.Header readHeader(long number) {
    run.file().read(at(number), header, 0, HEADER);
    RunFormat.Header read = RunFormat.Header.get(header, crc);
    if (read == null) {
      throw damaged("block " + number + " has a wrong header");
    }
    return read;
  }

  private long at(long number) {
    return run.start() + number * (HEADER + BLOCK_BYTES);
  }

  private void readBlock(long number) {
    if (number * BLOCK_BYTES >= run.length()) {
      throw damaged("it ends in the middle of a group");
    }
    RunFormat.Header of = readHeader(number);
    byte[] to = block;
    if (to == null) {
      to = new byte[(int) Math.min(BLOCK_BYTES, run.length())];
      block = to;
    }
    if (of.length() > to.length) {
      throw damaged("block " + number + " is too long");
    }
    run.file().read(at(number) + HEADER, to, 0, of.length());
    if (RunFormat.crc(crc, to, 0, of.length()) != of.checksum()) {
      throw damaged("block " + number + " has a wrong checksum");
    }
    blockNumber = number;
    position = 0;
    limit = of.length();
  }

  private SpillException damaged(String problem) {
    return new SpillException(
        run.file().path(),
        "is damaged: " + problem + ". What has left memory is lost; the disk may be faulty",
        null);
  }
}
