package dev.microbatch.executor.combine;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Numbers keys from 0 in the order in which they come.
 *
 * <p>Keys stand in chunks, so that to have more of them copies none. Few keys are found by a look
 * at the hash of each. More are found by extendible hashing (Fagin et al., TODS 1979): a directory
 * of segments with open addressing. A segment grows to {@value #MAX_SLOTS} slots, and then parts
 * with half of its keys; so no step of growth takes long, whatever there is.
 *
 * <pre>
 *   spread hash  [ directory | slot in the segment | ... ]     from the highest bit
 *   slot         [ spread hash, 32 bits | number + 1, 32 bits ]   0 if it is free
 * </pre>
 *
 * <p>A slot says the whole hash, so that a key is looked at only if its hash is the wanted one.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class KeyIndex {

  /** How many keys are found without segments at most. */
  private static final int SCANNED = 8;

  private static final int MIN_SLOTS = 32;

  /** How many slots a segment has at most, unless the directory is at its largest. */
  private static final int MAX_SLOTS = 1 << 12;

  private static final int MAX_DEPTH = 16;

  /**
   * Spreads the hashes: they may be consecutive, and all keys of a partition come from a range of
   * key groups, which shows in the low bits.
   */
  private static final int SPREAD = 0x9E3779B9;

  private final Chunks.Ints hashes = new Chunks.Ints();
  private final Chunks.Objects comparables = new Chunks.Objects();

  /** The keys where one is not the same object as its comparable form; otherwise null. */
  private Chunks.@Nullable Objects keys;

  private int size;
  private Segment[] directory = {};

  /** The directory has 2 to this many entries. */
  private int depth;

  private static final class Segment {

    /** How many bits of the hash its keys have in common. */
    private final int depth;

    private long[] slots;
    private int size;

    Segment(int depth, int slots) {
      this.depth = depth;
      this.slots = new long[slots];
    }

    private int home(int spread) {
      return (spread << depth) >>> (Integer.numberOfLeadingZeros(slots.length) + 1);
    }

    void put(long slot) {
      int mask = slots.length - 1;
      int at = home((int) (slot >>> Integer.SIZE));
      while (slots[at] != 0) {
        at = (at + 1) & mask;
      }
      slots[at] = slot;
      size++;
    }

    void clear() {
      Arrays.fill(slots, 0);
      size = 0;
    }

    boolean isFull() {
      return size * 4 >= slots.length * 3;
    }

    void grow() {
      long[] old = slots;
      slots = new long[old.length * 2];
      size = 0;
      for (long slot : old) {
        if (slot != 0) {
          put(slot);
        }
      }
    }
  }

  /** How many keys there are. */
  public int size() {
    return size;
  }

  /**
   * The number of a key, or -1.
   *
   * @param comparable the comparable form of the key; equal exactly to those of the same key
   * @param hash the same number for the same key
   */
  public int find(Object comparable, int hash) {
    if (size <= SCANNED) {
      for (int i = 0; i < size; i++) {
        if (hashes.get(i) == hash && same(comparables.get(i), comparable)) {
          return i;
        }
      }
      return -1;
    }
    int spread = hash * SPREAD;
    Segment segment = directory[entry(spread)];
    long[] slots = segment.slots;
    int mask = slots.length - 1;
    for (int at = segment.home(spread); ; at = (at + 1) & mask) {
      long slot = slots[at];
      if (slot == 0) {
        return -1;
      }
      if ((int) (slot >>> Integer.SIZE) == spread) {
        int i = (int) slot - 1;
        if (same(comparables.get(i), comparable)) {
          return i;
        }
      }
    }
  }

  /** Compares forms of keys; those of most keys without a call that is not known beforehand. */
  private static boolean same(Object one, Object other) {
    if (one == other) {
      return true;
    }
    if (one instanceof Long number) {
      return other instanceof Long that && number.longValue() == that.longValue();
    }
    if (one instanceof String text) {
      return other instanceof String that && text.equals(that);
    }
    return one.equals(other);
  }

  /**
   * Adds a key that is not there.
   *
   * @param comparable the comparable form of the key
   * @param hash its hash
   * @param key the key
   * @return its number: how many there were
   */
  public int add(Object comparable, int hash, @Nullable Object key) {
    int number = size++;
    hashes.set(number, hash);
    comparables.set(number, comparable);
    keep(number, comparable, key);
    if (size > SCANNED) {
      if (size == SCANNED + 1) {
        index();
      } else {
        insert(slot(hash, number));
      }
    }
    return number;
  }

  @SuppressWarnings("ReferenceEquality") // What is kept is this very key.
  private void keep(int number, Object comparable, @Nullable Object key) {
    if (keys == null && key != comparable) {
      keys = new Chunks.Objects();
      for (int i = 0; i < number; i++) {
        keys.set(i, comparables.get(i));
      }
    }
    if (keys != null) {
      keys.set(number, key);
    }
  }

  /** Puts all keys into segments. */
  private void index() {
    if (directory.length == 0) {
      directory = new Segment[] {new Segment(0, MIN_SLOTS)};
    }
    for (int i = 0; i < size; i++) {
      insert(slot(hashes.get(i), i));
    }
  }

  private static long slot(int hash, int number) {
    return ((long) (hash * SPREAD) << Integer.SIZE) | (number + 1);
  }

  private void insert(long slot) {
    int spread = (int) (slot >>> Integer.SIZE);
    Segment segment = directory[entry(spread)];
    while (segment.isFull()) {
      if (segment.slots.length < MAX_SLOTS || segment.depth == MAX_DEPTH) {
        segment.grow();
      } else {
        split(segment, entry(spread));
        segment = directory[entry(spread)];
      }
    }
    segment.put(slot);
  }

  private int entry(int spread) {
    return depth == 0 ? 0 : spread >>> (Integer.SIZE - depth);
  }

  /** Parts the keys of a segment by the next bit of their hashes. */
  private void split(Segment full, int entry) {
    if (full.depth == depth) {
      Segment[] old = directory;
      directory = new Segment[old.length * 2];
      for (int i = 0; i < directory.length; i++) {
        directory[i] = old[i / 2];
      }
      depth++;
      split(full, entry * 2);
      return;
    }
    Segment low = new Segment(full.depth + 1, MAX_SLOTS);
    Segment high = new Segment(full.depth + 1, MAX_SLOTS);
    for (long slot : full.slots) {
      if (slot != 0) {
        boolean isHigh = (slot << full.depth) < 0;
        (isHigh ? high : low).put(slot);
      }
    }
    int entries = 1 << (depth - full.depth);
    int first = entry & -entries;
    Arrays.fill(directory, first, first + entries / 2, low);
    Arrays.fill(directory, first + entries / 2, first + entries, high);
  }

  /** For how many keys there is memory. */
  public int capacity() {
    return comparables.capacity();
  }

  /** Forgets all keys, and keeps the memory for others. */
  public void clear() {
    for (int i = 0; i < directory.length; i += 1 << (depth - directory[i].depth)) {
      directory[i].clear();
    }
    comparables.clear();
    keys = null;
    size = 0;
  }

  /** The comparable form of a key. */
  public Object comparable(int number) {
    return comparables.get(number);
  }

  /** A key. */
  public @Nullable Object key(int number) {
    return keys == null ? comparables.get(number) : keys.get(number);
  }

  /** Lets go of a key, when no key is looked for any more. */
  public void forget(int number) {
    comparables.set(number, null);
    if (keys != null) {
      keys.set(number, null);
    }
  }

  /** The hash of a key, as it was given. */
  public int hash(int number) {
    return hashes.get(number);
  }
}
