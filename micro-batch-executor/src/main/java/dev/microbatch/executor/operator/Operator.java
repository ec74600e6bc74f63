package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Receiver;

/**
 * One step of a stage at work in one partition.
 *
 * <h2>How it is called</h2>
 *
 * {@link #open} once; then any number of bundles, each {@link #startBundle}, any number of {@link
 * #process}, {@link #finishBundle}; in the end its {@link #teardown} runs once, whatever happened
 * before. All calls come on the thread of the partition, never two at a time. An operator passes on
 * its output within the call that made it.
 *
 * <h2>Failure</h2>
 *
 * What user code throws leaves an operator as a {@link StepException} that names the step. After a
 * failure the operator is torn down and never used again.
 */
public interface Operator extends Receiver {

  /** Prepares for work: calls {@code @Setup} of user code. */
  default void open() {}

  /** Begins a bundle. */
  default void startBundle() {}

  /** Ends the bundle: whatever is buffered for the length of a bundle is passed on. */
  default void finishBundle() {}

  /**
   * Releases what is not memory: calls {@code @Teardown} of user code. It holds on to nothing that
   * the operator keeps, and does not throw.
   */
  default Teardown teardown() {
    return Teardown.NONE;
  }
}
