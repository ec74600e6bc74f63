package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointStore;
import java.util.function.Supplier;

/**
 * Where and how a pipeline keeps its checkpoints.
 *
 * @param store opens the place; called again when the pipeline goes back to a commit. Throws a
 *     {@link CheckpointException} if it cannot be used
 * @param identity what a restored checkpoint must agree with
 * @param restore whether to resume from a checkpoint
 * @param withholdsStableInput whether {@code @RequiresStableInput} waits for commits
 * @param retries for how long what has failed is tried again
 * @param smallStateBytes how many bytes the state of a step and partition may have to be written as
 *     a whole now and then; a larger one is rewritten in turns
 * @param onSourceChange what is to become of a source that has changed since the checkpoint
 */
public record CheckpointOptions(
    Supplier<CheckpointStore> store,
    PlanIdentity identity,
    Restore restore,
    boolean withholdsStableInput,
    RetryPolicy retries,
    long smallStateBytes,
    OnSourceChange onSourceChange) {

  /** What becomes of a source that shows something else than when the checkpoint was written. */
  public enum OnSourceChange {
    /** The pipeline is refused. */
    REFUSE,
    /** What the checkpoint has left of the old source is read on. */
    KEEP,
    /** An unbounded source is split again, and resumes at the positions of the old splits. */
    RESPLIT
  }

  /** Whether to resume from a checkpoint. */
  public enum Restore {
    /** If there is one. */
    AUTO,
    /** There must be one. */
    REQUIRED,
    /** There must be none. */
    NONE
  }

  /** Checks the ranges. */
  public CheckpointOptions {
    if (smallStateBytes < 0) {
      throw new RefusedSettingException("smallStateBytes", smallStateBytes, "0 or more");
    }
  }
}
