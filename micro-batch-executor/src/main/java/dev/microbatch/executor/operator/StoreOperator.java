package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An operator that keeps cells, timers and holds in the stage's {@link StateStore}: which timers
 * are due, when the next one is, and what is held back, follows from the store and the stage's
 * times.
 *
 * <h2>Strictly before</h2>
 *
 * Beam's timer internals and trigger machines compare strictly in every time domain: a timer is due
 * when its timestamp is <em>before</em> now. In a batch at the very timestamp of a timer nothing
 * would fire, and the loop would be woken for that timer again, at the same millisecond. So the
 * next wake-up is one millisecond behind it.
 */
abstract class StoreOperator implements TimedOperator, KeyedOperator {

  private static final TimeDomain[] DOMAINS = TimeDomain.values();

  private final StateStore store;
  private final StageTimes times;
  private final HoldKind holdKind;

  /**
   * Creates the operator.
   *
   * @param store the stage's keyed state
   * @param times the stage's times
   * @param holdKind what holds in the store are there for
   */
  StoreOperator(StateStore store, StageTimes times, HoldKind holdKind) {
    this.store = store;
    this.times = times;
    this.holdKind = holdKind;
  }

  /** The stage's keyed state. */
  final StateStore store() {
    return store;
  }

  /** The stage's times. */
  final StageTimes times() {
    return times;
  }

  /**
   * Removes the earliest timer of a domain that is due. An event-time timer that fires in a drain
   * fires because of it: the watermark would not have come so far.
   *
   * @return the timer with its key, or null if none is due
   */
  final @Nullable FiredTimer pollDue(TimeDomain domain) {
    FiredTimer timer = store.pollTimer(domain, now(domain));
    return timer != null && times.isDraining() && domain == TimeDomain.EVENT_TIME
        ? timer.byDrain()
        : timer;
  }

  /** The present time in a domain, in milliseconds. */
  private long now(TimeDomain domain) {
    return switch (domain) {
      case EVENT_TIME -> times.inputWatermark();
      case PROCESSING_TIME -> times.processingTime();
      case SYNCHRONIZED_PROCESSING_TIME -> times.synchronizedProcessingTime();
    };
  }

  /** Whether the watermark has come to the end of time, so that every window is gone. */
  final boolean isEndOfTime() {
    return times.inputWatermark() >= EventTime.MAX;
  }

  /** The timestamp of the earliest timer of both domains of processing time. */
  final long nextProcessingTimer() {
    return Math.min(
        store.nextTimer(TimeDomain.PROCESSING_TIME),
        store.nextTimer(TimeDomain.SYNCHRONIZED_PROCESSING_TIME));
  }

  @Override
  public boolean isDue() {
    for (TimeDomain domain : DOMAINS) {
      if (store.nextTimer(domain) < now(domain)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public final long outputHold() {
    return store.minHold();
  }

  @Override
  public final HoldKind outputHoldKind() {
    return holdKind;
  }

  @Override
  public final long synchronizedHold() {
    return store.nextTimer(TimeDomain.PROCESSING_TIME);
  }

  @Override
  public long nextEventTime() {
    return dueBehind(store.nextTimer(TimeDomain.EVENT_TIME));
  }

  @Override
  public long nextWakeUp() {
    return dueBehind(nextProcessingTimer());
  }

  /** When a timer is due: strictly behind its timestamp. */
  private static long dueBehind(long timestamp) {
    return timestamp == Long.MAX_VALUE ? timestamp : timestamp + 1;
  }
}
