package dev.microbatch.executor.state;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The timers of one domain in a partition: a heap in order of timestamp, then of setting. Each
 * timer knows its place, so that it can be deleted and moved in O(log n). What they are ordered by
 * stands beside them, so that no timer is looked at to find a place; and a timer has four below it,
 * whose order lies in one or two cache lines.
 */
final class TimerQueue {

  private static final int CHILDREN = 4;

  private HeapTimer[] heap = new HeapTimer[8];

  /** The timestamp and the order of setting of each. */
  private long[] order = new long[2 * heap.length];

  private int size;

  int size() {
    return size;
  }

  @Nullable HeapTimer peek() {
    return size == 0 ? null : heap[0];
  }

  void add(HeapTimer timer) {
    if (size == heap.length) {
      int larger = size + (size >> 1);
      heap = Arrays.copyOf(heap, larger);
      order = Arrays.copyOf(order, 2 * larger);
    }
    size++;
    up(timer, timer.timestamp(), timer.sequence, size - 1);
  }

  void remove(HeapTimer timer) {
    int at = timer.position;
    timer.position = -1;
    size--;
    HeapTimer last = heap[size];
    heap[size] = null;
    if (at < size) {
      place(last, order[2 * size], order[2 * size + 1], at);
    }
  }

  /** Finds the new place of a timer whose timestamp or order has changed. */
  void moved(HeapTimer timer) {
    place(timer, timer.timestamp(), timer.sequence, timer.position);
  }

  private void place(HeapTimer timer, long timestamp, long sequence, int at) {
    if (at > 0 && !isBefore((at - 1) / CHILDREN, timestamp, sequence)) {
      up(timer, timestamp, sequence, at);
    } else {
      down(timer, timestamp, sequence, at);
    }
  }

  /** Whether what stands in a place fires before a timer, or is that timer. */
  private boolean isBefore(int at, long timestamp, long sequence) {
    long there = order[2 * at];
    return there < timestamp || (there == timestamp && order[2 * at + 1] <= sequence);
  }

  private void up(HeapTimer timer, long timestamp, long sequence, int from) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) / CHILDREN;
      if (isBefore(parent, timestamp, sequence)) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    put(timer, timestamp, sequence, at);
  }

  private void down(HeapTimer timer, long timestamp, long sequence, int from) {
    int at = from;
    while (true) {
      int first = CHILDREN * at + 1;
      if (first >= size) {
        break;
      }
      int child = first;
      int end = Math.min(first + CHILDREN, size);
      for (int other = first + 1; other < end; other++) {
        if (isBefore(other, order[2 * child], order[2 * child + 1])) {
          child = other;
        }
      }
      if (!isBefore(child, timestamp, sequence)) {
        break;
      }
      move(child, at);
      at = child;
    }
    put(timer, timestamp, sequence, at);
  }

  private void move(int from, int to) {
    put(heap[from], order[2 * from], order[2 * from + 1], to);
  }

  private void put(HeapTimer timer, long timestamp, long sequence, int at) {
    heap[at] = timer;
    order[2 * at] = timestamp;
    order[2 * at + 1] = sequence;
    timer.position = at;
  }
}
