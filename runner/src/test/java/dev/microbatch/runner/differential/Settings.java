package dev.microbatch.runner.differential;

import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import java.util.Random;

/**
 * How a pipeline is run in micro-batches.
 *
 * @param parallelism {@code --parallelism}
 * @param maxRecordsPerBatch {@code --maxRecordsPerBatch}
 * @param specialized {@code --specializedAggregators}
 * @param restarts whether it resumes from files after every batch, and whether with another
 *     parallelism
 */
record Settings(
    int parallelism, long maxRecordsPerBatch, boolean specialized, RestartAfterBatch restarts) {

  private static final long[] BATCHES = {-1, 1, 7};

  private static final RestartAfterBatch[] RESTARTS = {
    RestartAfterBatch.NONE, RestartAfterBatch.SAME, RestartAfterBatch.RESCALED
  };

  /** Settings that differ from these in everything. */
  Settings others() {
    return new Settings(
        parallelism % 3 + 1,
        maxRecordsPerBatch == 7 ? -1 : 7,
        !specialized,
        RESTARTS[(restarts.ordinal() + 1) % RESTARTS.length]);
  }

  static Settings random(Random random) {
    return new Settings(
        1 + random.nextInt(3),
        BATCHES[random.nextInt(BATCHES.length)],
        random.nextBoolean(),
        RESTARTS[random.nextInt(RESTARTS.length)]);
  }
}
