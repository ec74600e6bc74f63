package dev.microbatch.executor.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processing time that never goes back. When the clock behind it shows an earlier time than before,
 * or than a restored checkpoint, time passes at half its pace until the clock has caught up. So
 * timers wait for at most twice as long as they should, not for as long as the clock was set back.
 *
 * <p>Thread-safe.
 */
public final class SteadyClock implements Clock {

  private static final Logger LOG = LoggerFactory.getLogger(SteadyClock.class);

  /** How far the clock has to go back for anybody to be told, in milliseconds. */
  private static final long NOTEWORTHY_MILLIS = 1_000;

  private static final long NANOS_PER_HALVED_MILLI = 2 * TimeUnit.MILLISECONDS.toNanos(1);

  private final Clock clock;
  private long lastMillis = Long.MIN_VALUE;
  private long lastNanos;
  private boolean warned;

  /**
   * Creates the clock.
   *
   * @param clock the clock behind it, which may jump
   */
  public SteadyClock(Clock clock) {
    this.clock = clock;
  }

  /**
   * Sets the earliest time that it may show from now on.
   *
   * @param millis a processing time that a pipeline has already seen, since the epoch
   */
  public synchronized void startAt(long millis) {
    lastMillis = millis;
    lastNanos = clock.nanos();
  }

  @Override
  public synchronized long millis() {
    long shown = clock.millis();
    long nanos = clock.nanos();
    if (shown >= lastMillis) {
      lastMillis = shown;
      lastNanos = nanos;
      warned = false;
      return shown;
    }
    if (!warned && lastMillis - shown >= NOTEWORTHY_MILLIS) {
      warned = true;
      LOG.warn(
          "The clock of this machine shows {}, but processing time is at {} already. It passes at"
              + " half its pace for {}, until the clock has caught up. If the clock is wrong, set"
              + " it right; nothing has to be restarted",
          Instant.ofEpochMilli(shown),
          Instant.ofEpochMilli(lastMillis),
          Duration.ofMillis(2 * (lastMillis - shown)));
    }
    long passed = (nanos - lastNanos) / NANOS_PER_HALVED_MILLI;
    lastMillis += passed;
    lastNanos += passed * NANOS_PER_HALVED_MILLI;
    return lastMillis;
  }

  @Override
  public long nanos() {
    return clock.nanos();
  }

  @Override
  public void await(Condition condition, long millis) throws InterruptedException {
    clock.await(condition, millis);
  }
}
