package dev.microbatch.executor.source;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A set of 128-bit hashes that only grows. They stand in the order in which they came, in chunks of
 * {@value #CHUNK}; tables of their places find them. An id takes 24 to 32 bytes, and a full chunk
 * never changes again. There are many small tables, so that the growth of one is no pause.
 *
 * <p>Not thread-safe; but what {@link #chunk} gives may be read by another thread while ids are
 * added.
 */
final class IdSet {

  /** How many ids a chunk holds. */
  static final int CHUNK = 1024;

  private static final int FIRST_CHUNK = 16;
  private static final int FIRST_SLOTS = 4;

  /** How many tables there are: one for each value of the upper bits of an id. */
  private static final int TABLES = 64;

  private static final int TABLE_SHIFT = Long.SIZE - 6;

  private long[][] chunks = {new long[2 * FIRST_CHUNK]};

  /** In each: one more than the place of an id, or 0. Open addressing, at most half full. */
  private final int @Nullable [][] tables = new int[TABLES][];

  private final int[] used = new int[TABLES];
  private int size;
  private long bytes = Long.BYTES * 2L * FIRST_CHUNK;

  /** How many ids there are. */
  int size() {
    return size;
  }

  /** How many chunks there are; the last of them may have room. */
  int chunks() {
    return (size + CHUNK - 1) / CHUNK;
  }

  /** About how many bytes of the heap it takes. */
  long bytes() {
    return bytes;
  }

  boolean contains(long high, long low) {
    int[] table = tables[table(high)];
    return table != null && table[slot(table, high, low)] != 0;
  }

  /**
   * Adds an id.
   *
   * @return whether it is new
   */
  boolean add(long high, long low) {
    int number = table(high);
    int[] table = tables[number];
    if (table == null) {
      table = grown(number, FIRST_SLOTS);
    }
    int slot = slot(table, high, low);
    if (table[slot] != 0) {
      return false;
    }
    append(high, low);
    table[slot] = size;
    used[number]++;
    if (2 * used[number] > table.length) {
      grown(number, 2 * table.length);
    }
    return true;
  }

  private int[] grown(int number, int slots) {
    int[] old = tables[number];
    int[] table = new int[slots];
    if (old != null) {
      for (int place : old) {
        if (place != 0) {
          table[slot(table, high(place - 1), low(place - 1))] = place;
        }
      }
      bytes -= (long) Integer.BYTES * old.length;
    }
    bytes += (long) Integer.BYTES * slots;
    tables[number] = table;
    return table;
  }

  private void append(long high, long low) {
    int number = size / CHUNK;
    int i = 2 * (size % CHUNK);
    if (number == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * number);
    }
    long[] chunk = chunks[number];
    if (chunk == null) {
      chunk = new long[2 * CHUNK];
      bytes += Long.BYTES * 2L * CHUNK;
    } else if (i == chunk.length) {
      bytes += (long) Long.BYTES * chunk.length; // the first one begins small
      chunk = Arrays.copyOf(chunk, 2 * chunk.length);
    }
    chunks[number] = chunk;
    chunk[i] = high;
    chunk[i + 1] = low;
    size++;
  }

  private static int table(long high) {
    return (int) (high >>> TABLE_SHIFT);
  }

  /** The slot where an id stands, or where it would. */
  private int slot(int[] table, long high, long low) {
    int mask = table.length - 1;
    int slot = (int) low & mask;
    while (table[slot] != 0 && (low(table[slot] - 1) != low || high(table[slot] - 1) != high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private long high(int place) {
    return chunks[place / CHUNK][2 * (place % CHUNK)];
  }

  private long low(int place) {
    return chunks[place / CHUNK][2 * (place % CHUNK) + 1];
  }

  /**
   * The ids of a chunk, two numbers each, the upper half first. As many count as {@link #lengthOf}
   * says at the time of this call.
   */
  long[] chunk(int number) {
    return chunks[number];
  }

  /** How many ids a chunk has now. */
  int lengthOf(int number) {
    return Math.min(CHUNK, size - number * CHUNK);
  }
}
