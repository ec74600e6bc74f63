package dev.microbatch.executor.state;

import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The keys of a key group: a hash table with open addressing, which needs one reference a slot. */
final class KeyTable {

  /**
   * Spreads the hashes: all keys come from one key group, so the low bits of their hashes are
   * alike.
   */
  private static final int SPREAD = 0x9E3779B9;

  private static final int INITIAL_BITS = 4;

  private @Nullable HeapKeyedState[] slots = new HeapKeyedState[1 << INITIAL_BITS];
  private int shift = Integer.SIZE - INITIAL_BITS;
  private int size;

  @Nullable HeapKeyedState find(Object comparable, int hash) {
    int mask = slots.length - 1;
    for (int i = home(hash); ; i = (i + 1) & mask) {
      HeapKeyedState key = slots[i];
      if (key == null || key.is(comparable, hash)) {
        return key;
      }
    }
  }

  /** Adds a key that is not there. */
  void add(HeapKeyedState key) {
    if ((size + 1) * 3L > slots.length * 2L) {
      grow();
    }
    insert(key);
    size++;
  }

  private void insert(HeapKeyedState key) {
    int mask = slots.length - 1;
    int i = home(key.hash());
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = key;
  }

  private void grow() {
    HeapKeyedState[] old = slots;
    slots = new HeapKeyedState[old.length * 2];
    shift--;
    for (HeapKeyedState key : old) {
      if (key != null) {
        insert(key);
      }
    }
  }

  /** Removes a key that is there, and moves those behind it up, so that no marker is needed. */
  void remove(HeapKeyedState key) {
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
  void forEach(Consumer<HeapKeyedState> consumer) {
    for (HeapKeyedState key : slots) {
      if (key != null) {
        consumer.accept(key);
      }
    }
  }

  private int home(int hash) {
    return (hash * SPREAD) >>> shift;
  }
}
