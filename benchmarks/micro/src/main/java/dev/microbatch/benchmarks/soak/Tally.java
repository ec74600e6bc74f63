package dev.microbatch.benchmarks.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What has come out. Static, because functions are serialized; one pipeline at a time is watched.
 * Thread-safe.
 */
public enum Tally {
  /** Records of the source that gives each twice, counted once. */
  TICKS,
  /** Sessions that have closed. */
  SESSIONS,
  /** Results of sliding windows. */
  SLIDING,
  /** Timers of the stateful function that have fired. */
  KEPT,
  /** Records of the stateful function whose side input was empty: at the start, if any. */
  WITHOUT_TICKS;

  private static final AtomicLongArray COUNTS = new AtomicLongArray(values().length);

  void count() {
    COUNTS.incrementAndGet(ordinal());
  }

  /** How many there were. */
  public long get() {
    return COUNTS.get(ordinal());
  }

  /** Forgets everything. No pipeline may be running. */
  public static void reset() {
    for (Tally tally : values()) {
      COUNTS.set(tally.ordinal(), 0);
    }
  }
}
