package dev.microbatch.runner;

import dev.microbatch.executor.batch.CheckpointOptions;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.runner.MicroBatchPipelineOptions.DeliveryGuarantee;
import dev.microbatch.runner.MicroBatchPipelineOptions.OnSourceChange;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import dev.microbatch.runner.MicroBatchPipelineOptions.Restore;
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
    if (!options.getStateBackend().equals("heap")) {
      throw refused("stateBackend", options.getStateBackend(), "heap");
    }
    if (options.getMaxBatchRetries() < 0) {
      throw refused("maxBatchRetries", options.getMaxBatchRetries(), "0 or more");
    }
    if (options.getMaxOutageMillis() < 0) {
      throw refused("maxOutageMillis", options.getMaxOutageMillis(), "0 or more");
    }
    if (options.getSmallStateBytes() < 0) {
      throw refused("smallStateBytes", options.getSmallStateBytes(), "0 or more");
    }
    String directory = options.getCheckpointDir();
    if (directory != null && directory.isBlank()) {
      throw refused("checkpointDir", "", "a directory");
    }
    if (directory == null && options.getRestore() == Restore.REQUIRED) {
      throw refused("restore", "REQUIRED", "used together with --checkpointDir");
    }
    if (directory == null && options.getOnSourceChange() != OnSourceChange.REFUSE) {
      throw refused(
          "onSourceChange", options.getOnSourceChange(), "used together with --checkpointDir");
    }
    if (directory == null && options.getRestartAfterBatch() != RestartAfterBatch.NONE) {
      throw refused(
          "restartAfterBatch",
          options.getRestartAfterBatch(),
          "used together with --checkpointDir");
    }
  }

  private static IllegalArgumentException refused(String option, Object value, String accepted) {
    return new IllegalArgumentException(
        "--" + option + "=" + value + " is not accepted: it must be " + accepted);
  }

  /** Where and how checkpoints are kept; null if they are not. */
  static @Nullable CheckpointOptions of(MicroBatchPipelineOptions options, Plan plan) {
    String directory = options.getCheckpointDir();
    return directory == null
        ? null
        : new CheckpointOptions(
            () -> CheckpointStores.open(directory),
            PlanFingerprint.of(plan),
            CheckpointOptions.Restore.valueOf(options.getRestore().name()),
            options.getDeliveryGuarantee() == DeliveryGuarantee.EXACTLY_ONCE,
            new RetryPolicy(options.getMaxBatchRetries(), options.getMaxOutageMillis()),
            options.getSmallStateBytes(),
            CheckpointOptions.OnSourceChange.valueOf(options.getOnSourceChange().name()));
  }
}
