package dev.microbatch.executor.source;

import dev.microbatch.executor.time.Clock;
import java.util.concurrent.locks.Condition;

/** Stands still until it is told to continue, and counts how often it was looked at. */
final class SteppedClock implements Clock {

  private long nanos;
  private int looks;

  /** Goes on, in nanoseconds. */
  void step(long by) {
    nanos += by;
  }

  /** How often somebody has looked since the last call. */
  int takeLooks() {
    int taken = looks;
    looks = 0;
    return taken;
  }

  @Override
  public long millis() {
    return nanos / 1_000_000;
  }

  @Override
  public long nanos() {
    looks++;
    return nanos;
  }

  @Override
  public void await(Condition condition, long millis) {
    throw new IllegalStateException("readers do not wait");
  }
}
