package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The state, timers and holds of one key. Used by the thread that uses the {@link StateStore}. */
public interface KeyedState {

  /** The user's key, null only for the void key. */
  @Nullable Object key();

  /** The form of the key that is compared. */
  Object comparable();

  /** The specified hash of the key. */
  int hash();

  /** The cells of this key, in the form that Beam's runners-core asks for. */
  StateInternals stateInternals();

  /** What this key has in a namespace; empty if it has nothing there. */
  ScopedState in(StateNamespace namespace);

  /**
   * Sets a timer. A timer with the same namespace, family, id and domain is replaced and goes
   * behind those that were set before; setting a timer to what it already is changes nothing.
   *
   * @param timer the timer; if it is marked as deleted, this deletes it
   * @param holdsWatermark whether the output watermark is held at the timer's output timestamp
   *     until it fires or is deleted
   */
  void setTimer(TimerData timer, boolean holdsWatermark);

  /** Deletes a timer if it is set, and releases its hold. */
  void deleteTimer(
      StateNamespace namespace, String timerId, String timerFamilyId, TimeDomain domain);

  /** This key's earliest hold in milliseconds; {@link EventTime#MAX} if there is none. */
  long minHold();

  /** Whether a timer of the domain is pending for this key. */
  boolean hasTimers(TimeDomain domain);
}
