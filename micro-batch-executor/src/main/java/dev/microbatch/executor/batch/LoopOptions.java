package dev.microbatch.executor.batch;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.state.StateBackend;

/**
 * How a plan is run.
 *
 * @param parallelism how many partitions run side by side
 * @param batchIntervalMillis the least time between the starts of two batches, in milliseconds; 0 =
 *     as soon as there is work
 * @param maxRecordsPerBatch how many records are admitted to a batch at most; -1 = as many as fit
 *     the target time
 * @param maxRecordsPerReader for tests: how many records of it each source may read in each
 *     partition at most; -1 = any number
 * @param commitIntervalMillis the pace of commits, in milliseconds
 * @param recordIdMillis for how long the ids of records are remembered that a source may deliver
 *     twice, in milliseconds
 * @param enforcement what is checked of user code
 * @param stateBackend where stages keep what they keep
 * @param oneBatch for tests: whether the loop ends with its first batch, as soon as that is
 *     committed
 */
public record LoopOptions(
    int parallelism,
    long batchIntervalMillis,
    long maxRecordsPerBatch,
    long maxRecordsPerReader,
    long commitIntervalMillis,
    long recordIdMillis,
    Enforcement enforcement,
    StateBackend stateBackend,
    boolean oneBatch) {

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
        maxRecordsPerReader == -1 || maxRecordsPerReader >= 1,
        "maxRecordsPerReader",
        maxRecordsPerReader,
        "-1 (any number) or at least 1");
    require(commitIntervalMillis >= 1, "commitIntervalMillis", commitIntervalMillis, "at least 1");
    require(recordIdMillis >= 0, "recordIdMillis", recordIdMillis, "0 or more");
  }

  /** How many records may be admitted to a batch. */
  long mostRecords() {
    return maxRecordsPerBatch < 0 ? Long.MAX_VALUE : maxRecordsPerBatch;
  }

  /** How many records each source may read in each partition and batch. */
  long mostRecordsPerReader() {
    return maxRecordsPerReader < 0 ? Long.MAX_VALUE : maxRecordsPerReader;
  }

  /** The same with another parallelism. */
  public LoopOptions withParallelism(int other) {
    return new LoopOptions(
        other,
        batchIntervalMillis,
        maxRecordsPerBatch,
        maxRecordsPerReader,
        commitIntervalMillis,
        recordIdMillis,
        enforcement,
        stateBackend,
        oneBatch);
  }

  private static void require(boolean holds, String setting, long value, String accepted) {
    if (!holds) {
      throw new RefusedSettingException(setting, value, accepted);
    }
  }
}
