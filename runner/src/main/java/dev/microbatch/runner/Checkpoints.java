package dev.microbatch.runner;

import dev.microbatch.executor.batch.CheckpointOptions;
import dev.microbatch.executor.batch.CheckpointOptions.OnSourceChange;
import dev.microbatch.executor.batch.CheckpointOptions.Restore;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.runner.MicroBatchPipelineOptions.DeliveryGuarantee;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import dev.microbatch.translation.fingerprint.PlanFingerprint;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads what the options say about checkpoints. */
final class Checkpoints {

  private Checkpoints() {}

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if one has a value that is not accepted
   */
  static void check(MicroBatchPipelineOptions options) {
    if (options.getMaxBatchRetries() < 0) {
      throw Flags.refused("maxBatchRetries", options.getMaxBatchRetries(), "0 or more");
    }
    if (options.getMaxOutageMillis() < 0) {
      throw Flags.refused("maxOutageMillis", options.getMaxOutageMillis(), "0 or more");
    }
    if (options.getSmallStateBytes() < 0) {
      throw Flags.refused("smallStateBytes", options.getSmallStateBytes(), "0 or more");
    }
    String directory = options.getCheckpointDir();
    if (directory != null && directory.isBlank()) {
      throw Flags.refused("checkpointDir", "", "a directory");
    }
    if (directory == null && options.getRestore() == Restore.REQUIRED) {
      throw Flags.refused("restore", "REQUIRED", "used together with --checkpointDir");
    }
    if (directory == null && options.getOnSourceChange() != OnSourceChange.REFUSE) {
      throw Flags.refused(
          "onSourceChange", options.getOnSourceChange(), "used together with --checkpointDir");
    }
    if (directory == null && options.getRestartAfterBatch() != RestartAfterBatch.NONE) {
      throw Flags.refused(
          "restartAfterBatch",
          options.getRestartAfterBatch(),
          "used together with --checkpointDir");
    }
  }

  /** Where and how checkpoints are kept; null if they are not. */
  static @Nullable CheckpointOptions of(MicroBatchPipelineOptions options, Plan plan) {
    String directory = options.getCheckpointDir();
    return directory == null
        ? null
        : new CheckpointOptions(
            () -> CheckpointStores.open(directory),
            PlanFingerprint.of(plan),
            options.getRestore(),
            options.getDeliveryGuarantee() == DeliveryGuarantee.EXACTLY_ONCE,
            new RetryPolicy(options.getMaxBatchRetries(), options.getMaxOutageMillis()),
            options.getSmallStateBytes(),
            options.getOnSourceChange());
  }
}
