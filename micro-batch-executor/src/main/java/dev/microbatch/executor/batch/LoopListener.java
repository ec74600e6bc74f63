package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Is told what the loop does: one immutable summary per batch, and how it ended. What watches a
 * pipeline stands on this, so that the loop need not know it.
 *
 * <p>All calls come on the thread that drives the pipeline, which waits for them. A listener
 * returns at once and does not throw: what it throws ends the pipeline. It outlives the loops of a
 * pipeline that goes back to a commit.
 */
public interface LoopListener {

  /**
   * An epoch begins: its stages are about to be opened, with so many partitions.
   *
   * @param parallelism how many partitions each stage has
   */
  default void starts(int parallelism) {}

  /**
   * The stages are open.
   *
   * @param status where they stand
   * @param commit the commit that they were restored from; 0 if there is none
   */
  default void stands(PipelineStatus status, long commit) {}

  /**
   * The engine begins to work. Called often: it has to cost next to nothing.
   *
   * @param batch the batch; 0 if it opens stages, or asks sources for records
   */
  default void works(long batch) {}

  /** The engine has done its work, and has not failed. */
  default void worked() {}

  /** Nothing is to be done for now. Called often: it has to cost next to nothing. */
  default void waits() {}

  /**
   * A commit has become durable.
   *
   * @param commit its number
   * @param stats what it has cost; null if the pipeline keeps nothing
   */
  default void committed(long commit, @Nullable CommitStats stats) {}

  /**
   * A batch has ended, and a commit has been captured if there is one behind it.
   *
   * @param batch what it did, and where the pipeline stands now
   */
  void batch(BatchSummary batch);

  /**
   * No batch follows. Not called if the pipeline fails, or goes back to a commit.
   *
   * @param end how it ended
   */
  default void ended(LoopEnd end) {}
}
