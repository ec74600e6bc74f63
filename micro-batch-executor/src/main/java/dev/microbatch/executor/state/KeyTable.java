package dev.microbatch.executor.state;

import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The keys of a key group: a hash table with open addressing, which needs one reference a slot.
 *
 * @param <K> what is kept for a key
 */
final class KeyTable<K extends HashedKey> {

  /**
   * Spreads the hashes: all keys come from one key group, so the low bits of their hashes are
   * alike.
   */
  private static final int SPREAD = 0x9E3779B9;

  private static final int INITIAL_BITS = 4;

  private @Nullable HashedKey[] slots = new HashedKey[1 << INITIAL_BITS];
  private int shift = Integer.SIZE - INITIAL_BITS;
  private int size;

  @SuppressWarnings("unchecked") // Only a K is put there.
  @Nullable K find(Object comparable, int hash) {
    int mask = slots.length - 1;
    for (int i = home(hash); ; i = (i + 1) & mask) {
      HashedKey key = slots[i];
      if (key == null || key.is(comparable, hash)) {
        return (K) key;
      }
    }
  }

  /** Adds a key that is not there. */
  void add(K key) {
    if ((size + 1) * 3L > slots.length * 2L) {
      grow();
    }
    insert(key);
    size++;
  }

  private void insert(HashedKey key) {
    int mask = slots.length - 1;
    int i = home(key.hash());
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = key;
  }

  private void grow() {
    HashedKey[] old = slots;
    slots = new HashedKey[old.length * 2];
    shift--;
    for (HashedKey key : old) {
      if (key != null) {
        insert(key);
      }
    }
  }

  /** Removes a key that is there, and moves those behind it up, so that no marker is needed. */
  void remove(K key) {
    int mask = slots.length - 1;
    int hole = home(key.hash());
    while (slots[hole] != key) {
      hole = (hole + 1) & mask;
    }
    for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
      int home = home(slots[i].hash());
      // The key at i may fill the hole unless its home lies behind the hole, up to i.
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        slots[hole] = slots[i];
        hole = i;
      }
    }
    slots[hole] = null;
    size--;
  }

  /** Gives every key, without a copy: nothing may be added or removed meanwhile. */
  @SuppressWarnings("unchecked") // Only a K is put there.
  void forEach(Consumer<? super K> consumer) {
    for (HashedKey key : slots) {
      if (key != null) {
        consumer.accept((K) key);
      }
    }
  }

  private int home(int hash) {
    return (hash * SPREAD) >>> shift;
  }
}
