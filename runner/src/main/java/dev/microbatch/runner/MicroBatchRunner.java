package dev.microbatch.runner;

import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.RefusedSettingException;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EngineProvider;
import dev.microbatch.executor.engine.EngineProviders;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.PlanPrinter;
import dev.microbatch.translation.TranslationOptions;
import java.util.List;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.runners.flink.microbatch.StableInputRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsValidator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Beam pipelines in this process, in micro-batches: {@code --runner=MicroBatchRunner}.
 *
 * <p>See {@link MicroBatchPipelineOptions} for what can be set.
 */
public final class MicroBatchRunner extends PipelineRunner<PipelineResult> {

  private static final Logger LOG = LoggerFactory.getLogger(MicroBatchRunner.class);

  private final MicroBatchPipelineOptions options;
  private final Class<? extends PipelineRunner<?>> name;

  private MicroBatchRunner(MicroBatchPipelineOptions options) {
    this.options = options;
    this.name = options.getRunner();
  }

  /**
   * Creates a runner; called by Beam.
   *
   * @param options the pipeline's options
   */
  public static MicroBatchRunner fromOptions(PipelineOptions options) {
    MicroBatchRunner runner =
        new MicroBatchRunner(
            PipelineOptionsValidator.validate(MicroBatchPipelineOptions.class, options));
    if (runner.keepsStableInput() && isCalledByRun()) {
      // Beam validates the pipeline before it calls run(), which sets it back.
      options.setRunner(StableInputRunner.class);
    }
    return runner;
  }

  /** Whether a step that requires stable input sees a record only behind a durable commit. */
  private boolean keepsStableInput() {
    return options.getCheckpointDir() != null
        && options.getDeliveryGuarantee()
            == MicroBatchPipelineOptions.DeliveryGuarantee.EXACTLY_ONCE;
  }

  /** Beam makes a runner when a pipeline is created, and another one when it is run. */
  private static boolean isCalledByRun() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames.anyMatch(
                    frame ->
                        frame.getClassName().equals(Pipeline.class.getName())
                            && frame.getMethodName().equals("run")));
  }

  /**
   * Starts a pipeline.
   *
   * @param pipeline the pipeline; its graph is rewritten for this runner
   * @return what has been started; already ended if {@code --blockOnRun} or {@code --dryRun}
   * @throws IllegalArgumentException if an option has a value that is not accepted, or the pipeline
   *     has a step that this runner cannot run
   * @throws IllegalStateException if the version of Beam is one that this runner cannot use
   * @throws StepFailedException if a source cannot be opened
   * @throws CheckpointException if the checkpoint directory cannot be used, or holds what cannot be
   *     restored into this pipeline
   */
  @Override
  public PipelineResult run(Pipeline pipeline) {
    return run(pipeline, Clock.system());
  }

  /** Starts a pipeline that lives by the given clock. */
  PipelineResult run(Pipeline pipeline, Clock clock) {
    options.setRunner(name);
    Warnings.announce();
    BeamVersion.check();
    LoopOptions loopOptions = validated();
    UiSettings ui = UiSettings.of(options);
    MetricsPush push = MetricsPush.of(options.as(MetricsOptions.class));
    MetricsEnvironment.setMetricsSupported(true);
    Plan plan =
        PipelineTranslator.translate(
            pipeline,
            new TranslationOptions(
                options.getJobName(),
                options.getMaxParallelism(),
                options.getParallelism(),
                options.isSpecializedAggregators()));
    if (options.isDryRun()) {
      LOG.info("The plan of {}, which is not run:\n{}", plan.name(), PlanPrinter.print(plan));
      return new DryRunResult();
    }
    LOG.info(
        "Running {}: {} stages, {} exchanges, parallelism {}",
        plan.name(),
        plan.stages().size(),
        plan.exchanges().size(),
        loopOptions.parallelism());
    if (LOG.isDebugEnabled()) {
      LOG.debug("{}", PlanPrinter.print(plan));
    }
    // What user code sees has gone through JSON, as on any runner: runtime values are bound by it.
    String json = new SerializablePipelineOptions(options).toString();
    PipelineOptions seenByUsers = new SerializablePipelineOptions(json).get();
    Observers observers =
        name == TestMicroBatchRunner.class ? new Observers(List.of()) : Observers.found();
    MicroBatchResult result;
    PlanExecution execution;
    try {
      execution =
          new PlanExecution(
              plan,
              loopOptions,
              Checkpoints.of(options, plan),
              seenByUsers,
              engine(),
              clock,
              Restarts.of(options));
      result =
          MicroBatchResult.start(execution, push, observers, plan.name(), options.isBlockOnRun());
    } catch (StepException e) {
      throw new StepFailedException(e);
    } catch (CheckpointException e) {
      throw Flags.refused(e);
    }
    if (name != TestMicroBatchRunner.class) {
      observers.miss(ui);
      observers.begin(new Observed(plan.name(), options, clock, execution));
    }
    if (options.isBlockOnRun()) {
      result.waitUntilFinish();
    }
    return result;
  }

  private EngineProvider engine() {
    return EngineProviders.find(options.getEngine())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "--engine=%s is not accepted: it must be the name of an engine on the class"
                            + " path. There is %s",
                        options.getEngine(), String.join(", ", EngineProviders.names()))));
  }

  private LoopOptions loopOptions() {
    try {
      return new LoopOptions(
          options.getParallelism(),
          options.getBatchIntervalMillis(),
          options.getMaxRecordsPerBatch(),
          options.getMaxRecordsPerReader(),
          options.getCheckpointIntervalMillis(),
          options.getRecordIdMillis(),
          new Enforcement(options.isVerifyEncodability(), options.isVerifyImmutability()),
          StateBackends.of(options),
          options.getRestartAfterBatch() != RestartAfterBatch.NONE);
    } catch (RefusedSettingException e) {
      throw Flags.refused(e);
    }
  }

  private LoopOptions validated() {
    LoopOptions loopOptions = loopOptions();
    Checkpoints.check(options);
    if (options.getMaxParallelism() < options.getParallelism()) {
      throw new IllegalArgumentException(
          String.format(
              "--maxParallelism=%d is not accepted: it must be at least --parallelism, which is %d",
              options.getMaxParallelism(), options.getParallelism()));
    }
    if (options.getMaxParallelism() > KeyGroupRange.MAX_KEY_GROUPS) {
      throw new IllegalArgumentException(
          String.format(
              "--maxParallelism=%d is not accepted: it must be at most %d",
              options.getMaxParallelism(), KeyGroupRange.MAX_KEY_GROUPS));
    }
    return loopOptions;
  }
}
