package dev.microbatch.executor.batch;

import dev.microbatch.executor.enforce.Enforcement;

/**
 * How a plan is run.
 *
 * @param parallelism how many partitions run side by side
 * @param batchIntervalMillis the least time between the starts of two batches, in milliseconds; 0 =
 *     as soon as there is work
 * @param maxRecordsPerBatch how many records are admitted to a batch at the most; -1 = as many as
 *     fit the target time. Each source partition may always read one
 * @param commitIntervalMillis the pace of commits, in milliseconds
 * @param enforcement what is checked of user code
 */
public record LoopOptions(
    int parallelism,
    long batchIntervalMillis,
    long maxRecordsPerBatch,
    long commitIntervalMillis,
    Enforcement enforcement) {

  /** Checks the ranges. */
  public LoopOptions {
    require(parallelism >= 1, "parallelism", parallelism, "at least 1");
    require(batchIntervalMillis >= 0, "batchIntervalMillis", batchIntervalMillis, "0 or more");
    require(
        maxRecordsPerBatch == -1 || maxRecordsPerBatch >= 1,
        "maxRecordsPerBatch",
        maxRecordsPerBatch,
        "-1 (adaptive) or at least 1");
    require(
        commitIntervalMillis >= 1, "checkpointIntervalMillis", commitIntervalMillis, "at least 1");
  }

  private static void require(boolean holds, String option, long value, String accepted) {
    if (!holds) {
      throw new IllegalArgumentException(
          "--" + option + "=" + value + " is not accepted: it must be " + accepted);
    }
  }
}
