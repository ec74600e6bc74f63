package dev.microbatch.executor.state;

import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.values.CausedByDrain;
import org.joda.time.Instant;

/**
 * A timer that is due, taken out of its store.
 *
 * @param scope the key and namespace that it was set for
 * @param id its identity
 * @param timestamp when it was to fire, in milliseconds
 * @param outputTimestamp what it outputs with, in milliseconds
 * @param causedByDrain whether a drain has caused it
 */
public record FiredTimer(
    ScopedState scope, TimerId id, long timestamp, long outputTimestamp, boolean causedByDrain) {

  /** The key that it was set for. */
  public KeyedState key() {
    return scope.key();
  }

  /** The same timer, caused by a drain. */
  public FiredTimer byDrain() {
    return new FiredTimer(scope, id, timestamp, outputTimestamp, true);
  }

  /** Whether a drain has caused it, as Beam says it. */
  public CausedByDrain cause() {
    return causedByDrain ? CausedByDrain.CAUSED_BY_DRAIN : CausedByDrain.NORMAL;
  }

  /** The timer in the form that Beam's runners-core asks for. */
  public TimerData data() {
    return TimerData.of(
        id.id(),
        id.family(),
        scope.namespace(),
        Instant.ofEpochMilli(timestamp),
        Instant.ofEpochMilli(outputTimestamp),
        id.domain(),
        cause());
  }
}
