package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When the records of a paced source are due, and how long they took. As a {@link Tally}'s sums,
 * all of this is that of the JVM, so one such pipeline may run at a time. Thread-safe.
 */
final class Latencies {

  private static final long NOT_STARTED = Long.MIN_VALUE;

  private static final AtomicLong START = new AtomicLong(NOT_STARTED);
  private static long[] nanos = new long[1 << 16];
  private static int count;

  private Latencies() {}

  /** Forgets all. Call it before a pipeline runs. */
  static synchronized void reset() {
    START.set(NOT_STARTED);
    count = 0;
  }

  /**
   * The reading of {@link System#nanoTime} at which the pipeline has begun to read; the first call
   * is that moment.
   */
  static long start() {
    if (START.get() == NOT_STARTED) {
      START.compareAndSet(NOT_STARTED, System.nanoTime());
    }
    return START.get();
  }

  /**
   * Notes that something has arrived just now.
   *
   * @param dueNanos when it was due, in nanoseconds from the start
   */
  static void note(long dueNanos) {
    long latency = System.nanoTime() - start() - dueNanos;
    synchronized (Latencies.class) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = latency;
    }
  }

  /**
   * What a share of the latencies does not exceed, in milliseconds.
   *
   * @param share from 0 to 1
   * @throws IllegalStateException if nothing was noted
   */
  static synchronized double millis(double share) {
    if (count == 0) {
      throw new IllegalStateException("no record was due after the first part of the run");
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * count);
    return sorted[Math.max(rank, 1) - 1] / 1e6;
  }
}
