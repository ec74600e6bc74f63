package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import java.util.function.Predicate;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.values.CausedByDrain;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Beam's {@link TimerInternals} over the key that is being worked on. One instance serves all keys
 * of a store, one after the other.
 *
 * <p>A timer that is set while the pipeline is being drained says so.
 *
 * <p>Not thread-safe.
 */
public final class KeyedTimerInternals implements TimerInternals {

  private static final TimeDomain[] DOMAINS = TimeDomain.values();

  private final TimeContext times;
  private final Predicate<TimerData> holdsWatermark;
  private @Nullable KeyedState key;
  private long outputWatermark = EventTime.MIN;

  // Asked for several times per record, and rarely different from the time before.
  private final LastInstant input = new LastInstant();
  private final LastInstant output = new LastInstant();
  private final LastInstant processing = new LastInstant();
  private final LastInstant synchronizedProcessing = new LastInstant();

  /**
   * Makes timer internals without a key.
   *
   * @param times the times of the stage
   * @param holdsWatermark which timers hold the output watermark at their output timestamp
   */
  public KeyedTimerInternals(TimeContext times, Predicate<TimerData> holdsWatermark) {
    this.times = times;
    this.holdsWatermark = holdsWatermark;
  }

  /** Turns to another key, or begins another call for the same one, and returns this. */
  public KeyedTimerInternals forKey(KeyedState key) {
    return forKey(key, EventTime.MIN);
  }

  /**
   * Turns to another key, or begins another call for the same one, which fires timers.
   *
   * @param key the key
   * @param earliestFired the timestamp of the earliest event-time timer that fires in the call,
   *     which has held the output watermark until now; {@link EventTime#MAX} if there is none
   */
  public KeyedTimerInternals forKey(KeyedState key, long earliestFired) {
    this.key = key;
    this.outputWatermark =
        Math.min(
            key.minHold(),
            Math.max(times.settledWatermark(), Math.min(times.inputWatermark(), earliestFired)));
    return this;
  }

  private KeyedState key() {
    if (key == null) {
      throw new IllegalStateException("timers were used before a key was chosen");
    }
    return key;
  }

  @Override
  public void setTimer(
      StateNamespace namespace,
      String timerId,
      String timerFamilyId,
      Instant target,
      Instant outputTimestamp,
      TimeDomain timeDomain) {
    set(TimerData.of(timerId, timerFamilyId, namespace, target, outputTimestamp, timeDomain));
  }

  @Override
  @Deprecated
  public void setTimer(TimerData timer) {
    set(timer);
  }

  private void set(TimerData timer) {
    TimerData set =
        times.isDraining() ? TimerCause.of(timer, CausedByDrain.CAUSED_BY_DRAIN) : timer;
    key().setTimer(set, holdsWatermark.test(set));
  }

  @Override
  public void deleteTimer(
      StateNamespace namespace, String timerId, String timerFamilyId, TimeDomain timeDomain) {
    key().deleteTimer(namespace, timerId, timerFamilyId, timeDomain);
  }

  /** Deletes the timer in all domains. */
  @Override
  @Deprecated
  public void deleteTimer(StateNamespace namespace, String timerId, String timerFamilyId) {
    for (TimeDomain domain : DOMAINS) {
      key().deleteTimer(namespace, timerId, timerFamilyId, domain);
    }
  }

  @Override
  @Deprecated
  public void deleteTimer(TimerData timer) {
    key()
        .deleteTimer(
            timer.getNamespace(), timer.getTimerId(), timer.getTimerFamilyId(), timer.getDomain());
  }

  @Override
  public Instant currentProcessingTime() {
    return processing.of(times.processingTime());
  }

  @Override
  public Instant currentSynchronizedProcessingTime() {
    return synchronizedProcessing.of(times.synchronizedProcessingTime());
  }

  @Override
  public Instant currentInputWatermarkTime() {
    return input.of(times.inputWatermark());
  }

  /**
   * The key's own output watermark as it was when the call began: the input watermark, or if
   * earlier the key's earliest hold, or the earliest timer that fires, but no earlier than the
   * settled watermark. It stands still for the length of the call, because Beam asks for it before
   * and after it has released a hold, and what it puts out in between must not be late for its own
   * sake.
   */
  @Override
  public Instant currentOutputWatermarkTime() {
    key();
    return output.of(outputWatermark);
  }

  /** Keeps the instant that it made last. */
  private static final class LastInstant {
    private Instant last = EventTime.instant(EventTime.MIN);

    Instant of(long millis) {
      if (last.getMillis() != millis) {
        last = EventTime.instant(millis);
      }
      return last;
    }
  }
}
