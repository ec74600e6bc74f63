package dev.microbatch.executor.state;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The timers of one domain in a partition: a binary heap in order of timestamp, then of setting.
 * Each timer knows its place, so that it can be deleted and moved in O(log n).
 */
final class TimerQueue {

  private HeapTimer[] heap = new HeapTimer[8];
  private int size;

  int size() {
    return size;
  }

  @Nullable HeapTimer peek() {
    return size == 0 ? null : heap[0];
  }

  void add(HeapTimer timer) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    size++;
    up(timer, size - 1);
  }

  void remove(HeapTimer timer) {
    int at = timer.position;
    timer.position = -1;
    size--;
    HeapTimer last = heap[size];
    heap[size] = null;
    if (at < size) {
      place(last, at);
    }
  }

  /** Finds the new place of a timer whose timestamp or order has changed. */
  void moved(HeapTimer timer) {
    place(timer, timer.position);
  }

  private void place(HeapTimer timer, int at) {
    if (at > 0 && timer.before(heap[(at - 1) >>> 1])) {
      up(timer, at);
    } else {
      down(timer, at);
    }
  }

  private void up(HeapTimer timer, int from) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!timer.before(heap[parent])) {
        break;
      }
      put(heap[parent], at);
      at = parent;
    }
    put(timer, at);
  }

  private void down(HeapTimer timer, int from) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].before(heap[child])) {
        child++;
      }
      if (!heap[child].before(timer)) {
        break;
      }
      put(heap[child], at);
      at = child;
    }
    put(timer, at);
  }

  private void put(HeapTimer timer, int at) {
    heap[at] = timer;
    timer.position = at;
  }
}
