package dev.microbatch.executor.batch;

/**
 * Is told what the loop does: one immutable summary per batch, and how it ended. What watches a
 * pipeline stands on this, so that the loop need not know it.
 *
 * <p>All calls come on the thread that drives the pipeline, between two batches; the next batch
 * waits for them. A listener returns at once and does not throw: what it throws ends the pipeline.
 * It outlives the loops of a pipeline that goes back to a commit.
 */
public interface LoopListener {

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
