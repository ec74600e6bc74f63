package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.StateStore;
import org.apache.beam.sdk.state.TimeDomain;

/** Which timers of a store are due. In every domain that is: strictly before now. */
final class DueTimers {

  private DueTimers() {}

  /** The present time in a domain, in milliseconds. */
  static long now(TimeDomain domain, StageTimes times) {
    return switch (domain) {
      case EVENT_TIME -> times.inputWatermark();
      case PROCESSING_TIME -> times.processingTime();
      case SYNCHRONIZED_PROCESSING_TIME -> times.synchronizedProcessingTime();
    };
  }

  /** Whether any timer of any domain is due. */
  static boolean any(StateStore store, StageTimes times) {
    return store.nextTimer(TimeDomain.EVENT_TIME) < times.inputWatermark()
        || store.nextTimer(TimeDomain.PROCESSING_TIME) < times.processingTime()
        || store.nextTimer(TimeDomain.SYNCHRONIZED_PROCESSING_TIME)
            < times.synchronizedProcessingTime();
  }
}
