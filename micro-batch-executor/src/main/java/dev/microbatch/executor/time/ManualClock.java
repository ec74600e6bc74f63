package dev.microbatch.executor.time;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * A processing-time clock that moves only when told to: TestStream drives a pipeline with it.
 * Waiting and measuring still go by the real clock behind it, because other threads live in real
 * time.
 */
public final class ManualClock implements Clock {

  private final Clock real;
  private final AtomicLong millis;

  /**
   * Creates a clock that stands still.
   *
   * @param real measures durations and waits
   * @param startMillis the first reading of {@link #millis()}, since the epoch
   */
  public ManualClock(Clock real, long startMillis) {
    this.real = real;
    this.millis = new AtomicLong(startMillis);
  }

  /**
   * Moves processing time forward.
   *
   * @param byMillis how far, in milliseconds; not negative
   */
  public void advance(long byMillis) {
    if (byMillis < 0) {
      throw new IllegalArgumentException("processing time cannot go back by " + byMillis + " ms");
    }
    millis.addAndGet(byMillis);
  }

  /** Sets processing time to {@code newMillis}, as a restored checkpoint asks for. */
  public void set(long newMillis) {
    millis.set(newMillis);
  }

  @Override
  public long millis() {
    return millis.get();
  }

  @Override
  public long nanos() {
    return real.nanos();
  }

  @Override
  public void await(Condition condition, long waitMillis) throws InterruptedException {
    real.await(condition, waitMillis);
  }
}
