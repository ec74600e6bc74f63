package dev.microbatch.executor.batch;

import dev.microbatch.executor.time.Clock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is asked of a running pipeline from outside, and what wakes its loop. It outlives the loops
 * of a pipeline that goes back to a commit.
 *
 * <p>Thread-safe.
 */
final class LoopControl {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private volatile boolean cancelled;
  private volatile boolean draining;
  private volatile boolean stopping;
  private volatile boolean commitAsked;

  /** Whether any of these is asked. */
  private volatile boolean endsReading;

  /** Signals since the last wait; guarded by the lock. */
  private int signals;

  /** Whether the pipeline is to be given up at once. */
  boolean isCancelled() {
    return cancelled;
  }

  /** Whether the pipeline is to come to its end, reading nothing more. */
  boolean isDraining() {
    return draining;
  }

  /** Whether the pipeline is to commit and to stop, so that it can resume later. */
  boolean isStopping() {
    return stopping;
  }

  /** Whether a commit is to be made soon, whatever the interval. */
  boolean isCommitAsked() {
    return commitAsked;
  }

  /** What of this ends the pipeline; the strongest, if several are asked. */
  Asked asked() {
    if (cancelled) {
      return Asked.CANCEL;
    }
    if (stopping) {
      return Asked.STOP;
    }
    return draining ? Asked.DRAIN : Asked.NOTHING;
  }

  /** Whether sources are to read nothing more for now, whatever the reason. */
  boolean endsReading() {
    return endsReading;
  }

  /** Whether the pipeline is to be given up, or to stop. */
  boolean isEnding() {
    return cancelled || stopping;
  }

  void cancel() {
    cancelled = true;
    endsReading = true;
    wake();
  }

  void drain() {
    draining = true;
    endsReading = true;
    wake();
  }

  void stop() {
    stopping = true;
    endsReading = true;
    wake();
  }

  void commit() {
    commitAsked = true;
    wake();
  }

  /** A batch begins behind which a commit comes: who asks from now on asks for the next. */
  void commits() {
    commitAsked = false;
  }

  /** Ends a wait, or the next one if nobody waits now. */
  void wake() {
    lock.lock();
    try {
      signals++;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until {@link #wake} is called, or was called since the last wait, but not forever.
   *
   * @param clock measures the time
   * @param millis the longest wait, in milliseconds
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void await(Clock clock, long millis) throws InterruptedException {
    lock.lock();
    try {
      if (signals == 0) {
        clock.await(woken, millis);
      }
      signals = 0;
    } finally {
      lock.unlock();
    }
  }
}
