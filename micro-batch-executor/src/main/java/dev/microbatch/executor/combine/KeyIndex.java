package dev.microbatch.executor.combine;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Numbers keys from 0 in the order in which they come.
 *
 * <p>Keys stand in chunks, so that to have more of them copies none. Few keys are found by a look
 * at the hash of each, more by {@link ExtendibleSlots}. A slot says the whole hash, so that a key
 * is looked at only if its hash is the wanted one. Keys that are all {@code Long}s are kept as
 * {@code long}s: to compare one is to look at an array.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class KeyIndex {

  /** How many keys are found without segments at most. */
  private static final int SCANNED = 8;

  /**
   * Spreads the hashes: they may be consecutive, and all keys of a partition come from a range of
   * key groups, which shows in the low bits.
   */
  private static final int SPREAD = 0x9E3779B9;

  private final Chunks.Ints hashes = new Chunks.Ints();

  /** Whether all keys are {@code Long}s, which are then kept as {@code long}s. */
  private boolean areLongs;

  private final Chunks.Longs longs = new Chunks.Longs();
  private final Chunks.Objects comparables = new Chunks.Objects();

  /** The keys where one is not the same object as its comparable form; otherwise null. */
  private Chunks.@Nullable Objects keys;

  private int size;
  private final ExtendibleSlots slots = new ExtendibleSlots();

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
    if (areLongs) {
      return comparable instanceof Long number ? findLong(number, hash) : -1;
    }
    return findObject(comparable, hash);
  }

  /**
   * The number of a key of another index, or -1.
   *
   * @param from the other index
   * @param key its number there
   */
  public int find(KeyIndex from, int key) {
    return areLongs && from.areLongs
        ? findLong(from.longs.get(key), from.hash(key))
        : find(from.comparable(key), from.hash(key));
  }

  /** As {@link #findObject}, written out: neither compares keys by a call that may be either. */
  private int findLong(long wanted, int hash) {
    if (size <= SCANNED) {
      for (int i = 0; i < size; i++) {
        if (longs.get(i) == wanted && hashes.get(i) == hash) {
          return i;
        }
      }
      return -1;
    }
    int spread = hash * SPREAD;
    ExtendibleSlots.Segment segment = slots.segment(spread);
    long[] chain = segment.slots();
    int mask = chain.length - 1;
    for (int at = segment.home(spread); ; at = (at + 1) & mask) {
      long slot = chain[at];
      if (slot == 0) {
        return -1;
      }
      if ((int) (slot >>> Integer.SIZE) == spread) {
        int i = (int) slot - 1;
        if (longs.get(i) == wanted) {
          return i;
        }
      }
    }
  }

  private int findObject(Object comparable, int hash) {
    if (size <= SCANNED) {
      for (int i = 0; i < size; i++) {
        if (hashes.get(i) == hash && same(comparables.get(i), comparable)) {
          return i;
        }
      }
      return -1;
    }
    int spread = hash * SPREAD;
    ExtendibleSlots.Segment segment = slots.segment(spread);
    long[] chain = segment.slots();
    int mask = chain.length - 1;
    for (int at = segment.home(spread); ; at = (at + 1) & mask) {
      long slot = chain[at];
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
  @SuppressWarnings("ReferenceEquality") // What is kept is this very key, if it is an object.
  public int add(Object comparable, int hash, @Nullable Object key) {
    if (comparable instanceof Long number && key == comparable) {
      if (size == 0) {
        areLongs = true;
      }
      if (areLongs) {
        return add(number, hash);
      }
    } else if (areLongs) {
      turnToObjects();
    }
    comparables.set(size, comparable);
    keep(size, comparable, key);
    return insertNext(hash);
  }

  /**
   * Adds a key of another index that is not there.
   *
   * @param from the other index
   * @param key its number there
   * @return its number here: how many there were
   */
  public int add(KeyIndex from, int key) {
    if (size == 0) {
      areLongs = from.areLongs;
    }
    return areLongs && from.areLongs
        ? add(from.longs.get(key), from.hash(key))
        : add(from.comparable(key), from.hash(key), from.key(key));
  }

  private int add(long number, int hash) {
    longs.set(size, number);
    return insertNext(hash);
  }

  private void turnToObjects() {
    areLongs = false;
    for (int i = 0; i < size; i++) {
      comparables.set(i, longs.get(i));
    }
  }

  /** Makes the key findable that stands behind the others. */
  private int insertNext(int hash) {
    int number = size++;
    hashes.set(number, hash);
    if (size > SCANNED) {
      if (size == SCANNED + 1) {
        indexAll();
      } else {
        slots.insert(slot(hash, number));
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

  /** Makes all keys findable by their hashes. */
  private void indexAll() {
    for (int i = 0; i < size; i++) {
      slots.insert(slot(hashes.get(i), i));
    }
  }

  private static long slot(int hash, int number) {
    return ((long) (hash * SPREAD) << Integer.SIZE) | (number + 1);
  }

  /** For how many keys there is memory. */
  public int capacity() {
    return areLongs ? longs.capacity() : comparables.capacity();
  }

  /** Forgets all keys, and keeps the memory for others. */
  public void clear() {
    slots.clear();
    comparables.clear();
    keys = null;
    size = 0;
  }

  /** The comparable form of a key. */
  public Object comparable(int number) {
    return areLongs ? (Object) longs.get(number) : comparables.get(number);
  }

  /** A key. */
  public @Nullable Object key(int number) {
    return keys == null ? comparable(number) : keys.get(number);
  }

  /** Lets go of a key, when no key is looked for any more. */
  public void forget(int number) {
    if (areLongs) {
      return;
    }
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
