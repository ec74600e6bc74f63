package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;

/**
 * Numbers distinct longs in the order in which they come: open addressing, no object per entry. The
 * state of a key is then in arrays at its number. Not thread-safe.
 */
final class LongIndex {

  private static final int FREE = -1;

  private long[] keys = new long[1 << 10];
  private int[] table = new int[1 << 11];
  private int size;

  LongIndex() {
    Arrays.fill(table, FREE);
  }

  /** How many keys there are. */
  int size() {
    return size;
  }

  /** The key of a number. */
  long key(int index) {
    return keys[index];
  }

  /** The number of a key, which gets one if it has none. */
  int add(long key) {
    int slot = slot(key);
    if (table[slot] != FREE) {
      return table[slot];
    }
    if (size == keys.length) {
      grow();
      slot = slot(key);
    }
    table[slot] = size;
    keys[size] = key;
    return size++;
  }

  /** The number of a key, or -1. */
  int find(long key) {
    return table[slot(key)];
  }

  private int slot(long key) {
    int mask = table.length - 1;
    int slot = (int) Numbers.mix(key) & mask;
    while (table[slot] != FREE && keys[table[slot]] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    keys = Arrays.copyOf(keys, 2 * size);
    table = new int[4 * size];
    Arrays.fill(table, FREE);
    for (int index = 0; index < size; index++) {
      table[slot(keys[index])] = index;
    }
  }
}
