package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import java.util.Arrays;

/**
 * The holds of one key: a sorted array with the earliest at its end, because the earliest is the
 * one that is released next.
 */
final class KeyHolds {

  private long[] descending = new long[2];
  private int size;

  void add(long timestamp) {
    if (size == descending.length) {
      descending = Arrays.copyOf(descending, size * 2);
    }
    int at = firstNotAfter(timestamp);
    System.arraycopy(descending, at, descending, at + 1, size - at);
    descending[at] = timestamp;
    size++;
  }

  void release(long timestamp) {
    int at = firstNotAfter(timestamp);
    if (at == size || descending[at] != timestamp) {
      throw new IllegalStateException(
          "the key has no watermark hold at " + EventTime.describe(timestamp));
    }
    size--;
    System.arraycopy(descending, at + 1, descending, at, size - at);
  }

  long min() {
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
