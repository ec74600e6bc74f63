package dev.microbatch.executor.block;

/**
 * Takes records inside a stage: the next step, several of them, or the writer of an exchange. This
 * call is the record path; it must not allocate on behalf of the caller.
 *
 * <p>Not thread-safe: a receiver belongs to one task and is called on that task's thread only.
 */
@FunctionalInterface
public interface Receiver {

  /**
   * Processes one record.
   *
   * @param value the value; may be null where the coder allows it
   * @param meta its timestamp, windows and pane; shared and immutable
   */
  void process(Object value, Meta meta);
}
