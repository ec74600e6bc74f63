package dev.microbatch.executor.batch;

import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import dev.microbatch.executor.time.SteadyClock;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The processing time of batches: that of the clock, which never goes back and moves on where a
 * stage waits for it; or that of a TestStream, for as long as one plays.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class ProcessingTime {

  private final SteadyClock steadyClock;
  private final @Nullable ManualClock script;
  private final Clock clock;
  private long ofBatch = Long.MIN_VALUE;

  /**
   * Creates it.
   *
   * @param clock processing time, which may jump, and durations
   * @param script the clock that a TestStream drives, the same object as {@code clock}; null if
   *     there is no TestStream
   */
  ProcessingTime(Clock clock, @Nullable ManualClock script) {
    this.steadyClock = new SteadyClock(clock);
    this.script = script;
    this.clock = script == null ? steadyClock : script;
  }

  /** The clock that the loop goes by. */
  Clock clock() {
    return clock;
  }

  /** Whether a TestStream drives the clock. */
  boolean isScripted() {
    return script != null;
  }

  /** That of the last batch, in milliseconds since the epoch. */
  long ofBatch() {
    return ofBatch;
  }

  /** Resumes where the clocks stood at a commit. */
  void restore(CommitPoint point) {
    ofBatch = point.processingTime();
    if (script == null) {
      steadyClock.startAt(ofBatch);
    } else {
      script.set(point.clockMillis());
    }
  }

  /**
   * Moves to the time of the next batch, and returns it.
   *
   * @param status where the last batch left the pipeline
   */
  long next(PipelineStatus status) {
    if (script != null && !status.anySourceOpen() && !status.withholds()) {
      long wakeUp = status.nextWakeUp();
      if (wakeUp != Long.MAX_VALUE && wakeUp > script.millis()) {
        script.set(wakeUp); // the script is over, and time goes by without it
      }
    }
    ofBatch = Math.max(clock.millis(), lags(status) ? ofBatch + 1 : ofBatch);
    return ofBatch;
  }

  /**
   * Whether the next batch needs a later time than the last one; where a script says the time, that
   * stands.
   */
  boolean lags(PipelineStatus status) {
    return script == null && status.nextWakeUp() == StageReport.AT_ONCE;
  }

  /** A batch has ended: scripts move the clock behind it. */
  void batch(PipelineStatus status) {
    if (script != null) {
      script.advance(status.clockAdvance());
    }
  }
}
