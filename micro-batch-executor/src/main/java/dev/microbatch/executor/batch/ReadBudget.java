package dev.microbatch.executor.batch;

import dev.microbatch.executor.time.Clock;

/**
 * Steers for how long sources read in a batch, so that the whole batch comes near its target time.
 * Reading drives everything that happens in place behind it; what comes after the reading, such as
 * firing windows, is what makes a batch longer than its reading.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class ReadBudget {

  /** The time that a batch should take, in nanoseconds. */
  private static final long TARGET = Clock.toNanos(250);

  /** The first and the least reading time, in nanoseconds. */
  private static final long LEAST = Clock.toNanos(5);

  private long nanos = LEAST;

  /** For how long each source partition may read in the next batch, in nanoseconds. */
  long nanos() {
    return nanos;
  }

  /**
   * Learns from a batch.
   *
   * @param batchNanos how long it took
   * @param exhausted whether the reading was ended by this budget rather than by a lack of records
   */
  void update(long batchNanos, boolean exhausted) {
    if (batchNanos > TARGET) {
      nanos = Math.max(LEAST, Math.max(nanos / 2, nanos * TARGET / batchNanos));
    } else if (exhausted) {
      nanos = Math.min(TARGET, nanos * 2);
    }
  }
}
