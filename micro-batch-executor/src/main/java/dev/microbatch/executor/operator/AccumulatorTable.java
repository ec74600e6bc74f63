package dev.microbatch.executor.operator;

import java.util.Objects;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The accumulators of one window by key: a hash table with open addressing, whose entries are also
 * chained in the order in which their keys came, so that emitting them is deterministic and does
 * not visit empty slots. The forms of keys are those of {@link
 * dev.microbatch.executor.block.KeyCodec#cheapForm}.
 */
final class AccumulatorTable {

  /** How many slots a table has at least; a power of two. */
  static final int MIN_CAPACITY = 16;

  private @Nullable Entry[] slots;
  private int size;
  private @Nullable Entry first;
  private @Nullable Entry last;
  private final BoundedWindow window;

  /** One key and its accumulator. */
  static final class Entry {
    private final int hash;
    private final Object comparable;
    private final Object key;
    private @Nullable Entry next;

    /** What its values have been combined to. */
    Object accumulator;

    /** The combined event time of its values, in milliseconds. */
    long time;

    private Entry(int hash, Object comparable, Object key, Object accumulator, long time) {
      this.hash = hash;
      this.comparable = comparable;
      this.key = key;
      this.accumulator = accumulator;
      this.time = time;
    }

    /** The key, as the first record brought it. */
    Object key() {
      return key;
    }

    /** The entry of the next key, or null. */
    @Nullable Entry next() {
      return next;
    }
  }

  /**
   * Creates an empty table.
   *
   * @param window the window
   * @param expected how many keys to expect
   */
  AccumulatorTable(BoundedWindow window, int expected) {
    this.window = window;
    int capacity = Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, expected)) * 4);
    this.slots = new Entry[capacity];
  }

  /** The window, as the first record brought it. */
  BoundedWindow window() {
    return window;
  }

  /** How many keys there are. */
  int size() {
    return size;
  }

  /** The entry of the key that came first, or null if there is none. */
  @Nullable Entry first() {
    return first;
  }

  /**
   * The entry of a key, or null.
   *
   * @param comparable the comparable form of the key
   */
  @Nullable Entry find(Object comparable) {
    int hash = hash(comparable);
    int mask = slots.length - 1;
    int i = hash & mask;
    Entry entry = slots[i];
    while (entry != null) {
      if (entry.hash == hash && Objects.equals(entry.comparable, comparable)) {
        return entry;
      }
      i = (i + 1) & mask;
      entry = slots[i];
    }
    return null;
  }

  /**
   * Adds a key that is not in the table.
   *
   * @param comparable the comparable form of the key
   * @param key the key
   * @param accumulator its accumulator
   * @param time event time, in milliseconds
   */
  void insert(Object comparable, Object key, Object accumulator, long time) {
    Entry entry = new Entry(hash(comparable), comparable, key, accumulator, time);
    if (last == null) {
      first = entry;
    } else {
      last.next = entry;
    }
    last = entry;
    size++;
    if (size * 2 > slots.length) {
      slots = new Entry[slots.length * 2];
      for (Entry each = first; each != null; each = each.next) {
        place(each);
      }
    } else {
      place(entry);
    }
  }

  private void place(Entry entry) {
    int mask = slots.length - 1;
    int i = entry.hash & mask;
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = entry;
  }

  private static int hash(@Nullable Object comparable) {
    // Fibonacci hashing spreads keys whose hashes are consecutive or differ in the upper bits.
    int h = Objects.hashCode(comparable) * 0x9e3779b9;
    return h ^ (h >>> 16);
  }
}
