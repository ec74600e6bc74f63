package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one batch did, and where the pipeline stands behind it. Making one allocates nothing per
 * stage: figures of stages are those of the reports, which are there anyway.
 *
 * @param number the batch, counted from 1; one that is run again has its number again
 * @param processingTime its processing time, in milliseconds since the epoch
 * @param phases how long each part of it took
 * @param status where the pipeline stands: records, watermarks, holds, what it waits for
 * @param commit what it did for commits
 * @param draining whether the pipeline is drained
 * @param retries what bounds it because a batch has failed
 */
public record BatchSummary(
    long number,
    long processingTime,
    Phases phases,
    PipelineStatus status,
    Commit commit,
    boolean draining,
    Retries retries) {

  /**
   * Where the time went, in nanoseconds.
   *
   * @param waited between the end of the batch before and the start of this one
   * @param ran in the engine: reading, processing, firing
   * @param captured in handing a commit over to be written; 0 if there was none. What tasks keep is
   *     captured while they run
   */
  public record Phases(long waited, long ran, long captured) {}

  /**
   * Where commits stand.
   *
   * @param captured whether a commit was captured behind this batch
   * @param durable the batch whose commit was the last to become durable; 0 if there was none
   * @param failingMillis for how long the commit in flight has been failing, in milliseconds; -1 if
   *     it is not
   * @param last what the last durable commit of this process has cost; null if there is none, or if
   *     the pipeline keeps nothing
   */
  public record Commit(
      boolean captured, long durable, long failingMillis, @Nullable CommitStats last) {}

  /**
   * What a failure has left behind, until a commit is durable that is behind what failed.
   *
   * @param failures how often in a row a batch has failed; 0 if none has
   * @param maxRecords how many records a batch may read; {@link Long#MAX_VALUE} if any number
   */
  public record Retries(int failures, long maxRecords) {

    /** Nothing has failed. */
    public static final Retries NONE = new Retries(0, Long.MAX_VALUE);
  }
}
