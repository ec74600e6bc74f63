package dev.microbatch.executor.combine;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Keys and their accumulators.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class AccumulatorTable {

  private final KeyIndex index;
  private final Accumulators accumulators;

  /**
   * Creates an empty table.
   *
   * @param accumulators an empty column, which is the table's from now on
   */
  public AccumulatorTable(Accumulators accumulators) {
    this(new KeyIndex(), accumulators);
  }

  /**
   * Takes keys and accumulators as a table.
   *
   * @param index the keys
   * @param accumulators their accumulators
   */
  public AccumulatorTable(KeyIndex index, Accumulators accumulators) {
    this.index = index;
    this.accumulators = accumulators;
  }

  /** The keys. */
  public KeyIndex index() {
    return index;
  }

  /** The accumulators, by the numbers of their keys. */
  public Accumulators accumulators() {
    return accumulators;
  }

  /** How many keys there are. */
  public int size() {
    return index.size();
  }

  /**
   * The number of a key, which gets an accumulator of no values if it is new.
   *
   * @param comparable the comparable form of the key
   * @param hash its hash
   * @param key the key
   */
  public int put(Object comparable, int hash, @Nullable Object key) {
    int number = index.find(comparable, hash);
    if (number < 0) {
      number = index.add(comparable, hash, key);
      accumulators.create();
    }
    return number;
  }

  /** Forgets all keys, and keeps the memory for others. */
  public void clear() {
    index.clear();
    accumulators.clear();
  }

  /** Merges the accumulators of another table into those of this one. The other stays as it is. */
  public void merge(AccumulatorTable from) {
    KeyIndex keys = from.index;
    for (int row = 0; row < keys.size(); row++) {
      int number = index.find(keys, row);
      if (number < 0) {
        index.add(keys, row);
        accumulators.append(from.accumulators, row);
      } else {
        accumulators.merge(number, from.accumulators, row);
      }
    }
  }
}
