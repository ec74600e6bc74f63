package dev.microbatch.executor.batch;

import dev.microbatch.executor.time.Clock;
import java.util.concurrent.locks.Condition;

/** Time that goes by only while somebody waits, and then at once. */
final class VirtualClock implements Clock {

  private long nanos;

  /** Has time go by. */
  void pass(long millis) {
    nanos += Clock.toNanos(millis);
  }

  @Override
  public long millis() {
    return nanos / 1_000_000;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void await(Condition condition, long millis) {
    pass(millis);
  }
}
