package dev.microbatch.executor.time;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * Where time comes from. Everything that reads the time of day, measures a bundle or waits does so
 * through the clock that was injected into it, so that a test needs neither sleeps nor luck.
 *
 * <p>Thread-safe: all methods may be called from any thread.
 */
public interface Clock {

  /** Processing time, in milliseconds since the epoch. May jump, and need not be monotone. */
  long millis();

  /** A monotone reading for measuring how long something took, in nanoseconds. */
  long nanos();

  /**
   * Waits until {@code condition} is signalled or {@code millis} have passed, whichever is first.
   * The caller holds the condition's lock.
   *
   * @param condition what to wait on
   * @param millis the longest wait, in milliseconds
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void await(Condition condition, long millis) throws InterruptedException;

  /** The machine's clock. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /** Nanoseconds in {@code millis}, for comparing with {@link #nanos()}. */
  static long toNanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
