package dev.microbatch.executor.source;

import dev.microbatch.executor.time.Clock;
import java.util.function.BooleanSupplier;

/**
 * Says when the time for reading is up. The clock is looked at as often as the cost of a record
 * asks for: behind every record if records are slow, behind every {@value #MOST_RECORDS} if they
 * are so cheap that a look at the clock would count.
 *
 * <p>Not thread-safe: owned by one reader.
 */
final class PortionClock {

  /** The most records between two looks. */
  static final int MOST_RECORDS = 64;

  /** How long it should take from one look to the next, in nanoseconds. */
  private static final long BETWEEN_LOOKS = 100_000;

  private final Clock clock;
  private BooleanSupplier ended = () -> false;
  private long deadlineNanos;
  private long lookedNanos;

  /** How many records there are between the last look and the next, and how many are left. */
  private int interval;

  private int left;

  PortionClock(Clock clock) {
    this.clock = clock;
  }

  /**
   * Begins a portion, or the part of it that a split gets. The first look is behind the first
   * record: what a record cost last time says little about now.
   *
   * @param nowNanos the clock's monotone reading
   * @param deadline when the time is up
   * @param endedEarly whether the reading is to end at once
   */
  void begin(long nowNanos, long deadline, BooleanSupplier endedEarly) {
    ended = endedEarly;
    deadlineNanos = deadline;
    lookedNanos = nowNanos;
    interval = 1;
    left = 1;
  }

  /** Whether reading has to end; to be asked once behind each record. */
  boolean isUp() {
    left--;
    return left == 0 ? look() : ended.getAsBoolean();
  }

  private boolean look() {
    long now = clock.nanos();
    long each = Math.max(1, (now - lookedNanos) / interval);
    long atMost = Math.min(MOST_RECORDS, 2L * interval);
    interval = (int) Math.max(1, Math.min(atMost, BETWEEN_LOOKS / each));
    left = interval;
    lookedNanos = now;
    return now - deadlineNanos >= 0 || ended.getAsBoolean();
  }
}
