package dev.microbatch.executor.stage;

import dev.microbatch.executor.time.Clock;

/**
 * Divides the time of one thread among the stages that run on it. At each moment the time goes to
 * one stage: the one whose turn it is, or, while a block is absorbed on the same stack, the one
 * that absorbs it. So times are exclusive, however deep stages call into each other, and their sum
 * is the time that has passed.
 *
 * <p>An engine has one for each thread that runs stage programs, gives it to them, and tells it of
 * waits. It is looked at a few times for each block and each batch, never for a record.
 *
 * <p>Not thread-safe: used by its thread, or by one that works while that thread waits for it.
 */
public final class StageClock {

  private final Clock clock;

  /** Takes the time in which it is no stage's turn. */
  private final Spent nobody = new Spent();

  private Spent current = nobody;
  private long lapNanos;

  /** What one stage has spent in one partition since it was last asked, in nanoseconds. */
  static final class Spent {
    private long busy;
    private long starved;
    private long blocked;

    /** Processing, or in a queue's lock. */
    long takeBusy() {
      long taken = busy;
      busy = 0;
      return taken;
    }

    /** Waiting for what the stages before it send. */
    long takeStarved() {
      long taken = starved;
      starved = 0;
      return taken;
    }

    /** Waiting for room in the queues of the stages behind it. */
    long takeBlocked() {
      long taken = blocked;
      blocked = 0;
      return taken;
    }
  }

  /**
   * Creates it; it is no stage's turn.
   *
   * @param clock measures the time
   */
  public StageClock(Clock clock) {
    this.clock = clock;
    this.lapNanos = clock.nanos();
  }

  private long lap() {
    long now = clock.nanos();
    long passed = now - lapNanos;
    lapNanos = now;
    return passed;
  }

  /**
   * From now on the time is that of a stage.
   *
   * @return whose time it was, for {@link #leave}
   */
  Spent enter(Spent stage) {
    Spent outer = current;
    if (outer != stage) {
      outer.busy += lap();
      current = stage;
    }
    return outer;
  }

  /** From now on the time is that of whom it was before. */
  void leave(Spent outer) {
    if (current != outer) {
      current.busy += lap();
      current = outer;
    }
  }

  /** What has passed up to now was work. */
  public void worked() {
    current.busy += lap();
  }

  /** What has passed since {@link #worked} was waiting for input. */
  public void starved() {
    current.starved += lap();
  }

  /** What has passed since {@link #worked} was waiting for room. */
  public void blocked() {
    current.blocked += lap();
  }

  /** It is no stage's turn any more. */
  public void stop() {
    leave(nobody);
  }
}
