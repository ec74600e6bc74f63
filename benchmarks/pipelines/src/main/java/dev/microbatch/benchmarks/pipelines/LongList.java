package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;

/** Longs in the order in which they were added, unboxed. Not thread-safe. */
final class LongList {

  private long[] elements = new long[2];
  private int size;

  void add(long element) {
    if (size == elements.length) {
      elements = Arrays.copyOf(elements, 2 * size);
    }
    elements[size++] = element;
  }

  int size() {
    return size;
  }

  long get(int index) {
    return elements[index];
  }
}
