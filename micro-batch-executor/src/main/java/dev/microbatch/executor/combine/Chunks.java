package dev.microbatch.executor.combine;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Columns that grow by chunks of {@value #CHUNK} rows: to add a row copies no more than a chunk,
 * and no array is so large that a collector treats it apart. Rows are set in order the first time.
 *
 * <p>Not thread-safe.
 */
public final class Chunks {

  static final int BITS = 10;
  static final int CHUNK = 1 << BITS;
  private static final int MASK = CHUNK - 1;

  private Chunks() {}

  /** How long a chunk is made that is {@code length} long and too short. */
  private static int grown(int length) {
    return Math.min(CHUNK, length == 0 ? 1 : 2 * length);
  }

  /** A column of references. */
  public static final class Objects {
    private static final Object[] NONE = {};
    private @Nullable Object[][] chunks = {NONE};

    /** The value in a row that was set. */
    public @Nullable Object get(int row) {
      return chunks[row >>> BITS][row & MASK];
    }

    /** Sets the value in a row: one that was set, or the one behind. */
    public void set(int row, @Nullable Object value) {
      int at = row >>> BITS;
      if (at == chunks.length) {
        chunks = Arrays.copyOf(chunks, at + 1 + (at >> 2));
        Arrays.fill(chunks, at, chunks.length, NONE);
      }
      if ((row & MASK) == chunks[at].length) {
        chunks[at] = Arrays.copyOf(chunks[at], at > 0 ? CHUNK : grown(row));
      }
      chunks[at][row & MASK] = value;
    }

    /** How many rows there is memory for. */
    public int capacity() {
      return (chunks.length - 1) * CHUNK + chunks[0].length;
    }

    /** Lets go of all values. The rows are set again from the first. */
    public void clear() {
      for (Object[] chunk : chunks) {
        Arrays.fill(chunk, null);
      }
    }
  }

  /** A column of {@code long}. */
  public static final class Longs {
    private static final long[] NONE = {};
    private long[][] chunks = {NONE};

    /** The value in a row that was set. */
    public long get(int row) {
      return chunks[row >>> BITS][row & MASK];
    }

    /** Sets the value in a row: one that was set, or the one behind. */
    public void set(int row, long value) {
      int at = row >>> BITS;
      if (at == chunks.length) {
        chunks = Arrays.copyOf(chunks, at + 1 + (at >> 2));
        Arrays.fill(chunks, at, chunks.length, NONE);
      }
      if ((row & MASK) == chunks[at].length) {
        chunks[at] = Arrays.copyOf(chunks[at], at > 0 ? CHUNK : grown(row));
      }
      chunks[at][row & MASK] = value;
    }

    /** How many rows there is memory for. */
    public int capacity() {
      return (chunks.length - 1) * CHUNK + chunks[0].length;
    }
  }

  /** A column of {@code int}. */
  public static final class Ints {
    private static final int[] NONE = {};
    private int[][] chunks = {NONE};

    /** The value in a row that was set. */
    public int get(int row) {
      return chunks[row >>> BITS][row & MASK];
    }

    /** Sets the value in a row: one that was set, or the one behind. */
    public void set(int row, int value) {
      int at = row >>> BITS;
      if (at == chunks.length) {
        chunks = Arrays.copyOf(chunks, at + 1 + (at >> 2));
        Arrays.fill(chunks, at, chunks.length, NONE);
      }
      if ((row & MASK) == chunks[at].length) {
        chunks[at] = Arrays.copyOf(chunks[at], at > 0 ? CHUNK : grown(row));
      }
      chunks[at][row & MASK] = value;
    }
  }
}
