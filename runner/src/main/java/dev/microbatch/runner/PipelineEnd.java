package dev.microbatch.runner;

import dev.microbatch.executor.time.Clock;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.PipelineResult.State;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How a pipeline has ended, once it has. A plain monitor, which needs no memory: the end must show
 * on a full heap too.
 *
 * <p>Thread-safe.
 */
final class PipelineEnd {

  /** Initializes the class now: later there may be no memory for it. */
  private static final State FAILED = State.FAILED;

  private static final Clock CLOCK = Clock.system();

  private @Nullable State state;
  private @Nullable Throwable failure;

  /** How many callers wait for the end and will hear of a failure. */
  private int listeners;

  /** Notes the end. */
  synchronized void reached(State how) {
    state = how;
    notifyAll();
  }

  /**
   * Notes a failure.
   *
   * @return whether anybody waits who will hear of it
   */
  synchronized boolean failed(Throwable cause) {
    if (state == null) {
      failure = cause;
      state = FAILED;
    }
    notifyAll();
    return listeners > 0;
  }

  /** The state that it ended in; null if it has not. */
  synchronized @Nullable State state() {
    return state;
  }

  /** Why it has failed; null if it has not. */
  synchronized @Nullable Throwable failure() {
    return failure;
  }

  /** Says that somebody waits who will hear of a failure. */
  synchronized void listen() {
    listeners++;
  }

  /** Says that he does so no more. */
  synchronized void ignore() {
    listeners--;
  }

  /**
   * Waits for the end.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  synchronized void await() throws InterruptedException {
    while (state == null) {
      wait();
    }
  }

  /**
   * Waits for the end, but not forever.
   *
   * @param millis the longest wait, in milliseconds
   * @return whether it has ended
   * @throws InterruptedException if the calling thread is interrupted
   */
  synchronized boolean await(long millis) throws InterruptedException {
    long deadline = CLOCK.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left = millis;
    while (state == null && left > 0) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - CLOCK.nanos() + 999_999);
    }
    return state != null;
  }
}
