package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;

/**
 * The head of a stage that keeps something between bundles: keyed state, timers, holds or a buffer.
 *
 * <h2>How it is called</h2>
 *
 * In every batch: records, in any number of bundles, under the previous times; then {@link
 * #inputComplete} within the last bundle, still under the previous times; then the stage advances its
 * {@link StageTimes} and calls {@link #fire}, which goes on until nothing is due; then the bundle is
 * finished.
 */
public interface TimedOperator extends Operator {

  /**
   * Processes a record that came by an exchange by key.
   *
   * @param value a {@code KV}
   * @param meta its metadata
   * @param key the comparable form of its key
   * @param hash the hash of its key
   */
  void processKeyed(Object value, Meta meta, Object key, int hash);

  /** Works off what was buffered for this batch, before the times move. */
  default void inputComplete() {}

  /** Fires everything that the stage's times make due, until nothing is. */
  default void fire() {}

  /** How far this operator holds back its <em>input</em> watermark, in milliseconds. */
  default long inputHold() {
    return EventTime.MAX;
  }

  /** How far this operator holds back its output watermark, in milliseconds. */
  default long outputHold() {
    return EventTime.MAX;
  }

  /** How far it holds back synchronized processing time, in milliseconds since the epoch. */
  default long synchronizedHold() {
    return Long.MAX_VALUE;
  }

  /**
   * The processing time at which it has something to do by itself, in milliseconds since the epoch;
   * {@link Long#MAX_VALUE} if never.
   */
  default long nextWakeUp() {
    return Long.MAX_VALUE;
  }
}
