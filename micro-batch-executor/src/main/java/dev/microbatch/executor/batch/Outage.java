package dev.microbatch.executor.batch;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.monitor.CommitTrouble;
import dev.microbatch.executor.time.Clock;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;

/**
 * One thing that has to work before the pipeline can continue, and for now may not: counts its
 * failures, says how long to wait before the next attempt, and keeps whoever reads the log informed
 * without flooding it.
 *
 * <p>Not thread-safe: owned by the thread that tries.
 */
final class Outage {

  private static final Logger LOG = Warnings.logger(Outage.class);

  /** The pause behind the first failure, in milliseconds; it doubles from there. */
  private static final long FIRST_PAUSE_MILLIS = 100;

  /** The longest pause, in milliseconds. */
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  /** After how long the first reminder comes, in nanoseconds; then each after twice the time. */
  private static final long FIRST_REMINDER_NANOS = Clock.toNanos(5_000);

  private final String what;
  private final Clock clock;
  private final long maxMillis;
  private int failures;
  private long sinceNanos;
  private long reminderNanos = FIRST_REMINDER_NANOS;

  /**
   * Creates it; nothing has failed yet.
   *
   * @param what what is tried, for messages, such as "Writing commit 7"
   * @param clock measures how long it lasts
   * @param maxMillis how long it may last, in milliseconds
   */
  Outage(String what, Clock clock, long maxMillis) {
    this.what = what;
    this.clock = clock;
    this.maxMillis = maxMillis;
  }

  /**
   * Notes a failure.
   *
   * @param cause what was thrown
   * @return whether to try again, behind {@link #pauseMillis()}; false if it has lasted too long
   */
  boolean failed(Exception cause) {
    long now = clock.nanos();
    failures++;
    if (failures == 1) {
      sinceNanos = now;
    }
    long lasted = now - sinceNanos;
    // Not multiplied: whoever sets a very long time must not get a negative one.
    if (lasted / 1_000_000 >= maxMillis) {
      return false;
    }
    if (failures == 1) {
      LOG.warn(
          "{} failed; it is tried again for up to {} s, which {} bounds",
          what,
          maxMillis / 1000,
          RetryPolicy.MAX_OUTAGE,
          cause);
    } else if (lasted >= reminderNanos) {
      reminderNanos = 2 * lasted;
      LOG.warn(
          "{} has failed {} times in {} s, and is tried again until it has lasted {} s ({}): {}",
          what,
          failures,
          seconds(lasted),
          maxMillis / 1000,
          RetryPolicy.MAX_OUTAGE,
          cause.toString());
    }
    return true;
  }

  /**
   * What is known of it, behind a failure.
   *
   * @param cause what was thrown
   */
  CommitTrouble trouble(Exception cause) {
    return new CommitTrouble(
        what, failures, sinceNanos, maxMillis, cause.getClass().getName(), cause.toString());
  }

  /** Notes that it works. */
  void over() {
    if (failures > 0) {
      LOG.info("{} works again, after {} s and {} failures", what, lasted(), failures);
      failures = 0;
      reminderNanos = FIRST_REMINDER_NANOS;
    }
  }

  /** For how long it was tried, and what bounds that, for messages. */
  String describe() {
    return "it was tried for "
        + lasted()
        + " s ("
        + RetryPolicy.MAX_OUTAGE
        + " allows "
        + maxMillis / 1000
        + " s)";
  }

  private String lasted() {
    return seconds(failures == 0 ? 0 : clock.nanos() - sinceNanos);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
  }

  /**
   * How long to wait before the next attempt: twice as long after each failure, up to 10 s, less a
   * random part of up to a half, so that many pipelines do not come back to a service at once.
   */
  long pauseMillis() {
    int doublings = Math.min(failures - 1, 10);
    long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << doublings);
    return pause - ThreadLocalRandom.current().nextLong(pause / 2);
  }
}
