package dev.microbatch.runner;

import dev.microbatch.executor.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * Real time, but nobody waits for longer than a millisecond, neither for records nor behind a
 * failure: the rest of a wait has passed at once for whoever measures. Thread-safe.
 */
public final class ImpatientClock implements Clock {

  private final AtomicLong skippedNanos = new AtomicLong();

  @Override
  public long millis() {
    return Clock.system().millis();
  }

  @Override
  public long nanos() {
    return Clock.system().nanos() + skippedNanos.get();
  }

  @Override
  public void await(Condition condition, long millis) throws InterruptedException {
    Clock.system().await(condition, Math.min(millis, 1));
    skippedNanos.addAndGet(Clock.toNanos(Math.max(0, millis - 1)));
  }
}
