package dev.microbatch.executor.time;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** The machine's clock. */
enum SystemClock implements Clock {
  INSTANCE;

  @Override
  public long millis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // the callers loop
  public void await(Condition condition, long millis) throws InterruptedException {
    condition.await(millis, TimeUnit.MILLISECONDS);
  }
}
