package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.time.EventTime;
import java.util.List;

/**
 * The head of a stage that keeps something between bundles: keyed state, timers, holds or a buffer.
 *
 * <h2>How it is called</h2>
 *
 * In every batch: records, in any number of bundles, under the previous times; then, within the
 * last bundle, {@link #fireEarly} when the stage's {@link StageTimes} have the processing times of
 * the batch but still the old watermark; {@link #inputComplete}; and {@link #fire} when they have
 * the new watermark. Then the bundle is finished.
 *
 * <p>If anything was due early, the new watermark comes one batch late, before all else in that
 * batch. So what processing time fires comes before what the watermark does, here and in the stages
 * behind, even when both are due at once.
 *
 * <p>All of these calls come with the step's metrics container as the current one, and may throw
 * what user code throws: the stage names the step in it.
 */
public interface TimedOperator extends Operator {

  /** Whether {@link #inputComplete} has something to do, so that a bundle is needed for it. */
  default boolean hasBuffered() {
    return false;
  }

  /** Whether anything is due under the stage's present times. */
  default boolean isDue() {
    return false;
  }

  /**
   * Fires everything that the processing times make due: it was due before the records of this
   * batch came, as far as those are buffered.
   *
   * @throws Exception whatever user code throws
   */
  default void fireEarly() throws Exception {
    fire();
  }

  /**
   * Works off what was buffered for this batch, before the watermark moves.
   *
   * @throws Exception whatever user code throws
   */
  default void inputComplete() throws Exception {}

  /**
   * Fires everything that the stage's times make due, until nothing is.
   *
   * @throws Exception whatever user code throws
   */
  default void fire() throws Exception {}

  /**
   * Whether the watermark is to leave the stage one batch after it came in, because of what
   * happened in this batch.
   */
  default boolean delaysWatermark() {
    return false;
  }

  /** How far this operator holds back its <em>input</em> watermark, in milliseconds. */
  default long inputHold() {
    return EventTime.MAX;
  }

  /** What {@link #inputHold} is there for, if it is there. */
  default HoldKind inputHoldKind() {
    return HoldKind.NONE;
  }

  /** How far this operator holds back its output watermark, in milliseconds. */
  default long outputHold() {
    return EventTime.MAX;
  }

  /** What {@link #outputHold} is there for, if it is there. */
  default HoldKind outputHoldKind() {
    return HoldKind.NONE;
  }

  /** The earliest end of a window with records that wait in a buffer, in milliseconds. */
  default long earliestBufferedWindow() {
    return EventTime.MAX;
  }

  /** How far it holds back synchronized processing time, in milliseconds since the epoch. */
  default long synchronizedHold() {
    return Long.MAX_VALUE;
  }

  /**
   * The processing time at which it has something to do by itself, in milliseconds since the epoch;
   * {@link Long#MAX_VALUE} if never. In a batch at that time or later it is {@link #isDue due}.
   */
  default long nextWakeUp() {
    return Long.MAX_VALUE;
  }

  /**
   * The input watermark at which it has something to fire, in milliseconds; {@link Long#MAX_VALUE}
   * if never. That is one more than the time for which it was set: what is due is strictly before
   * now.
   */
  default long nextEventTime() {
    return Long.MAX_VALUE;
  }

  /** What it keeps between batches besides the stage's keyed state. */
  default List<Checkpointed> parts() {
    return List.of();
  }

  /** Whether a commit would give it something to do. */
  default boolean awaitsCommit() {
    return false;
  }
}
