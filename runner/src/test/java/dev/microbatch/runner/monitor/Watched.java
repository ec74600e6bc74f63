package dev.microbatch.runner.monitor;

import dev.microbatch.executor.batch.CheckpointOptions;
import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.PlanIdentity;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.checkpoint.CheckpointStore;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EmbeddedEngineProvider;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.TranslationOptions;
import dev.microbatch.translation.fingerprint.PlanFingerprint;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes executions of one pipeline. */
final class Watched {

  private static final int KEY_GROUPS = 8;
  private static final long DAY = 86_400_000;

  private final Plan plan;
  private final PlanIdentity identity;

  /**
   * Translates a pipeline.
   *
   * @param specialized whether groupings may use aggregators made for their windowing
   */
  Watched(Pipeline pipeline, boolean specialized) {
    MetricsEnvironment.setMetricsSupported(true);
    this.plan =
        PipelineTranslator.translate(
            pipeline, new TranslationOptions("watched", KEY_GROUPS, 2, specialized));
    this.identity = PlanFingerprint.of(plan);
  }

  Watched(Pipeline pipeline) {
    this(pipeline, true);
  }

  Plan plan() {
    return plan;
  }

  PlanExecution start(int parallelism, @Nullable CheckpointStore store, Clock clock) {
    return start(parallelism, store, clock, 1_000, -1, Succession.NONE);
  }

  /**
   * Prepares an execution.
   *
   * @param store where it keeps checkpoints; null if it keeps none
   * @param commitInterval the pace of commits, in milliseconds
   * @param maxRecords how many records a batch may read; -1 if any number
   * @param succession whether epochs follow that have not failed; if so each runs one batch
   */
  PlanExecution start(
      int parallelism,
      @Nullable CheckpointStore store,
      Clock clock,
      long commitInterval,
      long maxRecords,
      Succession succession) {
    return new PlanExecution(
        plan,
        new LoopOptions(
            parallelism,
            0,
            maxRecords,
            -1,
            commitInterval,
            DAY,
            Enforcement.NONE,
            StateBackend.HEAP,
            succession != Succession.NONE),
        store == null
            ? null
            : new CheckpointOptions(
                () -> store,
                identity,
                CheckpointOptions.Restore.AUTO,
                true,
                new RetryPolicy(3, 300_000),
                0,
                CheckpointOptions.OnSourceChange.REFUSE),
        PipelineOptionsFactory.create(),
        new EmbeddedEngineProvider(),
        clock,
        succession);
  }
}
