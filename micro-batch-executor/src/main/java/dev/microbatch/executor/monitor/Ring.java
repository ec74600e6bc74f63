package dev.microbatch.executor.monitor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last few of many.
 *
 * <p>Thread-safe.
 *
 * @param <T> what is kept; immutable
 */
final class Ring<T> {

  private final int most;
  private final Deque<T> kept = new ArrayDeque<>();

  /**
   * Creates an empty one.
   *
   * @param most how many are kept
   */
  Ring(int most) {
    this.most = most;
  }

  synchronized void add(T one) {
    if (kept.size() == most) {
      kept.remove();
    }
    kept.add(one);
  }

  /** A copy, the oldest first. */
  synchronized List<T> list() {
    return List.copyOf(kept);
  }
}
