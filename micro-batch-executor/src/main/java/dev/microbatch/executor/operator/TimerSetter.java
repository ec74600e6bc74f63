package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.ScopedState;
import dev.microbatch.executor.state.TimerId;
import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.state.TimeDomain;
import org.joda.time.Instant;

/**
 * Sets the timers of the key and window that a DoFn is working on, within the bounds that Beam
 * draws. A timer that is set in a drain says so.
 */
final class TimerSetter {

  private final CurrentScope current;
  private final StageTimes times;
  private final TimestampCheck check;

  TimerSetter(CurrentScope current, StageTimes times, TimestampCheck check) {
    this.current = current;
    this.times = times;
    this.check = check;
  }

  /** The present time in a domain, in milliseconds. */
  long now(TimeDomain domain) {
    return switch (domain) {
      case EVENT_TIME -> times.inputWatermark();
      case PROCESSING_TIME -> times.processingTime();
      case SYNCHRONIZED_PROCESSING_TIME -> times.synchronizedProcessingTime();
    };
  }

  /** When the window expires, in milliseconds. */
  long expiry() {
    return current.window().expiry();
  }

  /** The timestamp of the element or timer that is being processed, in milliseconds. */
  long inputTimestamp() {
    return current.timestamp();
  }

  /**
   * Checks an output timestamp that user code has chosen.
   *
   * @throws IllegalArgumentException if it is too early, or after the end of time
   */
  void checkOutput(long outputTimestamp) {
    check.checkTimer(current.timestamp(), outputTimestamp);
  }

  /**
   * Checks that a timer stays within its window.
   *
   * @throws IllegalArgumentException if the window has expired before it fires in event time, or
   *     before its output timestamp
   */
  void checkExpiry(TimeDomain domain, long target, long outputTimestamp) {
    boolean eventTime = domain == TimeDomain.EVENT_TIME;
    if (outputTimestamp > expiry()) {
      throw expired(eventTime, "an output timestamp", outputTimestamp);
    }
    if (eventTime && target > expiry()) {
      throw expired(true, "a firing timestamp", target);
    }
  }

  private IllegalArgumentException expired(boolean eventTime, String what, long timestamp) {
    return new IllegalArgumentException(
        "Attempted to set "
            + (eventTime ? "an event-time" : "a processing-time")
            + " timer with "
            + what
            + " of "
            + Instant.ofEpochMilli(timestamp)
            + " that is after the expiration of window "
            + current.window().window()
            + " at "
            + EventTime.instant(expiry()));
  }

  /** Sets a timer of the key and window. */
  void set(TimerId id, long timestamp, long outputTimestamp) {
    set(current.scope(), id, timestamp, outputTimestamp);
  }

  /**
   * Sets a timer. It holds the output watermark, unless it outputs no earlier than the watermark
   * makes it fire: then there is nothing to hold back.
   */
  void set(ScopedState scope, TimerId id, long timestamp, long outputTimestamp) {
    boolean holds = id.domain() != TimeDomain.EVENT_TIME || outputTimestamp < timestamp;
    scope.setTimer(id, timestamp, outputTimestamp, holds, times.isDraining());
  }

  /** Deletes a timer of the key and window. */
  void clear(TimerId id) {
    current.scope().deleteTimer(id);
  }
}
