package dev.microbatch.executor.state;

import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.values.CausedByDrain;

/** Whether a timer exists or fires because the pipeline is being drained. */
public final class TimerCause {

  private TimerCause() {}

  /**
   * The same timer with another cause.
   *
   * @param timer the timer
   * @param cause the cause
   */
  public static TimerData of(TimerData timer, CausedByDrain cause) {
    return timer.causedByDrain() == cause
        ? timer
        : TimerData.of(
            timer.getTimerId(),
            timer.getTimerFamilyId(),
            timer.getNamespace(),
            timer.getTimestamp(),
            timer.getOutputTimestamp(),
            timer.getDomain(),
            cause);
  }
}
