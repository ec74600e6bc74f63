package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.KeyIndex;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The rows of a table in the order of runs: by key group, hash and encoded key. A key is encoded
 * when it is asked for, or to tell it from another one with the same hash.
 *
 * <p>Not thread-safe.
 */
final class SortedRows {

  private final KeyIndex index;
  private final StateLayout layout;

  /** Hash and row. Hashes in ascending order within a key group. */
  private final long[] order;

  private int at = -1;
  private byte @Nullable [] key;

  /**
   * Sorts the rows of now.
   *
   * @param index the keys
   * @param layout how they are encoded
   */
  SortedRows(KeyIndex index, StateLayout layout) {
    this.index = index;
    this.layout = layout;
    this.order = new long[index.size()];
    int[] next = new int[layout.keyGroups() + 1];
    for (int row = 0; row < order.length; row++) {
      next[layout.keyGroup(index.hash(row)) + 1]++;
    }
    for (int i = 1; i < next.length; i++) {
      next[i] += next[i - 1];
    }
    int[] starts = next.clone();
    for (int row = 0; row < order.length; row++) {
      int hash = index.hash(row);
      order[next[layout.keyGroup(hash)]++] = (long) hash << Integer.SIZE | row;
    }
    for (int i = 0; i + 1 < starts.length; i++) {
      Arrays.sort(order, starts[i], starts[i + 1]);
    }
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && hash(to) == hash(from)) {
        to++;
      }
      if (to > from + 1) {
        sortByKey(from, to);
      }
      from = to;
    }
  }

  private int hash(int position) {
    return (int) (order[position] >>> Integer.SIZE);
  }

  private void sortByKey(int from, int to) {
    Long[] same = new Long[to - from];
    for (int i = 0; i < same.length; i++) {
      same[i] = order[from + i];
    }
    Arrays.sort(
        same,
        (one, other) -> Arrays.compareUnsigned(encode(one.intValue()), encode(other.intValue())));
    for (int i = 0; i < same.length; i++) {
      order[from + i] = same[i];
    }
  }

  private byte[] encode(int row) {
    try {
      return layout.keyCodec().encode(index.key(row), index.comparable(row));
    } catch (RuntimeException e) {
      throw new EncodingException("a key that is grouped by", e);
    }
  }

  /** Turns to the next row. Says whether there is one. */
  boolean next() {
    key = null;
    return ++at < order.length;
  }

  /** The row that was turned to. */
  int row() {
    return (int) order[at];
  }

  int hash() {
    return hash(at);
  }

  int keyGroup() {
    return layout.keyGroup(hash(at));
  }

  byte[] key() {
    if (key == null) {
      key = encode(row());
    }
    return key;
  }
}
