package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.HoldSet;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The holds of one key. Few are a sorted array with the earliest at its end, because the earliest
 * is the one that is released next; many are a tree, in which none is moved for another.
 */
final class KeyHolds {

  private static final int FEW = 32;

  private long[] descending = new long[2];
  private int size;
  private @Nullable HoldSet many;

  void add(long timestamp) {
    if (many == null && size == FEW) {
      HoldSet moved = new HoldSet();
      for (int i = 0; i < size; i++) {
        moved.add(descending[i]);
      }
      many = moved;
      size = 0;
      descending = new long[2];
    }
    if (many != null) {
      many.add(timestamp);
      return;
    }
    if (size == descending.length) {
      descending = Arrays.copyOf(descending, size * 2);
    }
    int at = firstNotAfter(timestamp);
    System.arraycopy(descending, at, descending, at + 1, size - at);
    descending[at] = timestamp;
    size++;
  }

  void release(long timestamp) {
    if (many != null) {
      many.release(timestamp);
      if (many.isEmpty()) {
        many = null;
      }
      return;
    }
    int at = firstNotAfter(timestamp);
    if (at == size || descending[at] != timestamp) {
      throw new IllegalStateException(
          "the key has no watermark hold at " + EventTime.describe(timestamp));
    }
    size--;
    System.arraycopy(descending, at + 1, descending, at, size - at);
  }

  long min() {
    if (many != null) {
      return many.min();
    }
    return size == 0 ? EventTime.MAX : descending[size - 1];
  }

  private int firstNotAfter(long timestamp) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (descending[middle] > timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
