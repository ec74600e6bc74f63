package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.state.TimerCause;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.values.CausedByDrain;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Which timers of a store are due, and why. In every domain that is: strictly before now. */
final class DueTimers {

  private DueTimers() {}

  /** The present time in a domain, in milliseconds. */
  private static long now(TimeDomain domain, StageTimes times) {
    return switch (domain) {
      case EVENT_TIME -> times.inputWatermark();
      case PROCESSING_TIME -> times.processingTime();
      case SYNCHRONIZED_PROCESSING_TIME -> times.synchronizedProcessingTime();
    };
  }

  /**
   * Removes the earliest timer of a domain that is due. An event-time timer that fires in a drain
   * fires because of it: the watermark would not have come so far.
   *
   * @return the timer with its key, or null if none is due
   */
  static @Nullable FiredTimer poll(StateStore store, TimeDomain domain, StageTimes times) {
    FiredTimer timer = store.pollTimer(domain, now(domain, times));
    return timer != null && times.isDraining() && domain == TimeDomain.EVENT_TIME
        ? new FiredTimer(timer.key(), TimerCause.of(timer.data(), CausedByDrain.CAUSED_BY_DRAIN))
        : timer;
  }

  /** Whether any timer of any domain is due. */
  static boolean any(StateStore store, StageTimes times) {
    return store.nextTimer(TimeDomain.EVENT_TIME) < times.inputWatermark()
        || store.nextTimer(TimeDomain.PROCESSING_TIME) < times.processingTime()
        || store.nextTimer(TimeDomain.SYNCHRONIZED_PROCESSING_TIME)
            < times.synchronizedProcessingTime();
  }
}
