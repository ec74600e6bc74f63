package dev.microbatch.executor.state;

import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.state.State;

/**
 * What one key has in one namespace: its cells and its timers, found by slots that were resolved
 * once, not by names.
 *
 * <p>As a handle to a key, one that somebody keeps works on when what it stands for has become
 * empty or has left memory. Used by the thread that uses the {@link StateStore}.
 */
public interface ScopedState {

  /** The key. */
  KeyedState key();

  /** The namespace. */
  StateNamespace namespace();

  /**
   * The cell in a slot, empty if nothing was put there.
   *
   * @param slot of the same store
   * @throws IllegalStateException if there is a cell of another kind
   */
  State cell(StateSlot slot);

  /**
   * Clears the cell in a slot, if there is one.
   *
   * @param slot of the same store
   * @throws IllegalStateException if there is a cell of another kind
   */
  void clear(StateSlot slot);

  /**
   * Sets a timer. One with the same identity is replaced and goes behind those that were set
   * before; setting a timer to what it already is changes nothing.
   *
   * @param id its identity
   * @param timestamp when it fires, in milliseconds
   * @param outputTimestamp what it outputs with, in milliseconds
   * @param holdsWatermark whether the output watermark is held at the output timestamp until it
   *     fires or is deleted
   * @param causedByDrain whether a drain has caused it
   */
  void setTimer(
      TimerId id,
      long timestamp,
      long outputTimestamp,
      boolean holdsWatermark,
      boolean causedByDrain);

  /** Deletes a timer if it is set, and releases its hold. */
  void deleteTimer(TimerId id);

  /** Deletes all timers, in every domain, and releases their holds. */
  void deleteTimers();
}
