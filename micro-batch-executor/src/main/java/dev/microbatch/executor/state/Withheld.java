package dev.microbatch.executor.state;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Records that wait to be let in, in the order in which they came. They are part of each commit.
 *
 * <p>Not thread-safe: owned by one task.
 */
public interface Withheld extends Checkpointed {

  /**
   * A record that waits.
   *
   * @param id tells it from all others of this step
   * @param value the value
   * @param meta its metadata, with one window
   * @param key the comparable form of its key; null if it did not come by key
   * @param hash the hash of its key
   * @param batch the batch that it came in; smaller than any if it was restored
   */
  record Waiting(String id, Object value, Meta meta, @Nullable Object key, int hash, long batch) {}

  /** Lets a record in, or not. */
  @FunctionalInterface
  interface Gate {
    /**
     * Decides about a record, and processes it if it may come in.
     *
     * @return whether it has come in, or is dropped
     * @throws Exception whatever user code throws
     */
    boolean letIn(Waiting record) throws Exception;
  }

  /** Whether nothing waits. */
  boolean isEmpty();

  /** The record that has waited longest. There must be one. */
  Waiting first();

  /** The earliest timestamp, in milliseconds; {@link EventTime#MAX} if nothing waits. */
  long earliest();

  /** The earliest end of a window, in milliseconds; {@link EventTime#MAX} if nothing waits. */
  long earliestWindow();

  /**
   * Adds a record.
   *
   * @param value the value
   * @param meta its metadata, with one window
   * @param key the comparable form of its key; null if it did not come by key
   * @param hash the hash of its key
   * @param batch the batch that it came in
   */
  void add(Object value, Meta meta, @Nullable Object key, int hash, long batch);

  /**
   * Shows each record to the gate, in order; those that come in do not wait any more.
   *
   * @throws Exception whatever the gate throws
   */
  void release(Gate gate) throws Exception;
}
