package dev.microbatch.benchmarks.state;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the stateful function sees of the pipeline. Static, because functions are serialized; one
 * pipeline at a time is watched. Thread-safe.
 */
public final class Probe {

  private static final LongAdder RECORDS = new LongAdder();
  private static final LongAccumulator LONGEST_GAP = new LongAccumulator(Math::max, 0);

  private Probe() {}

  /** Forgets everything. No pipeline may be running. */
  public static void reset() {
    RECORDS.reset();
    LONGEST_GAP.reset();
  }

  static void record(long gapNanos) {
    RECORDS.increment();
    LONGEST_GAP.accumulate(gapNanos);
  }

  /** How many records have been processed. */
  public static long records() {
    return RECORDS.sum();
  }

  /** The longest time between two records of one thread since the last call, in nanoseconds. */
  public static long takeLongestGap() {
    return LONGEST_GAP.getThenReset();
  }
}
