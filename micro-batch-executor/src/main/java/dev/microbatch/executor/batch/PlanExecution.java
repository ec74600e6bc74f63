package dev.microbatch.executor.batch;

import com.google.common.collect.ImmutableList;
import dev.microbatch.executor.engine.EmbeddedEngine;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.Splits;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.ManualClock;
import java.io.Closeable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One execution of one plan in this process: what a runner starts, watches, drains and cancels.
 *
 * <p>{@link #run} is called once; all other methods may be called by any thread.
 */
public final class PlanExecution {

  private final EmbeddedEngine engine;
  private final PipelineMetrics metrics;
  private final MicroBatchLoop loop;
  private final ScheduledExecutorService timeLimits;

  /**
   * Prepares an execution: sources are split, so that a missing input shows before anything runs.
   *
   * @param plan the plan
   * @param options how to run it
   * @param pipelineOptions the pipeline's options, for user code
   * @param clock where time comes from, unless a TestStream drives it
   * @throws StepException if a source cannot be split; the step is named
   */
  public PlanExecution(
      Plan plan, LoopOptions options, PipelineOptions pipelineOptions, Clock clock) {
    ManualClock scriptClock = scriptClock(plan, clock);
    Clock pipelineClock = scriptClock == null ? clock : scriptClock;
    MetricsContainerStepMap splitMetrics = new MetricsContainerStepMap();
    Map<Integer, List<?>> splits =
        split(plan, pipelineOptions, options.parallelism(), splitMetrics);
    this.timeLimits =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "microbatch-time-limits");
              thread.setDaemon(true);
              return thread;
            });
    this.engine =
        new EmbeddedEngine(
            plan,
            new StageEnvironment(
                pipelineOptions,
                options.parallelism(),
                splits,
                pipelineClock,
                scriptClock,
                timeLimits,
                options.enforcement()));
    this.metrics =
        new PipelineMetrics(
            () ->
                ImmutableList.<MetricsContainerStepMap>builder()
                    .add(splitMetrics)
                    .addAll(engine.metrics())
                    .build());
    this.loop = new MicroBatchLoop(plan, options, engine, metrics, pipelineClock, scriptClock);
  }

  private static @Nullable ManualClock scriptClock(Plan plan, Clock clock) {
    for (Stage stage : plan.stages()) {
      if (stage.head().spec() instanceof StepSpec.Script) {
        return new ManualClock(clock, EventTime.MIN);
      }
    }
    return null;
  }

  private static Map<Integer, List<?>> split(
      Plan plan,
      PipelineOptions pipelineOptions,
      int parallelism,
      MetricsContainerStepMap metrics) {
    Map<Integer, List<?>> splits = new HashMap<>();
    for (Stage stage : plan.stages()) {
      try (Closeable scope =
          MetricsEnvironment.scopedMetricsContainer(metrics.getContainer(stage.head().name()))) {
        StepSpec spec = stage.head().spec();
        if (spec instanceof StepSpec.BoundedRead read) {
          splits.put(stage.id(), Splits.of(read, pipelineOptions, parallelism));
        } else if (spec instanceof StepSpec.UnboundedRead read) {
          splits.put(stage.id(), Splits.of(read, pipelineOptions, parallelism));
        }
      } catch (Exception e) {
        throw StepException.of(stage.head().name(), e);
      }
    }
    return splits;
  }

  /**
   * Runs the plan to its end and releases everything, whatever happens.
   *
   * @return true if it came to its end, false if it was cancelled
   * @throws StepException if user code threw
   */
  public boolean run() {
    try {
      return loop.run();
    } finally {
      engine.close();
      timeLimits.shutdownNow();
    }
  }

  /**
   * Ends the pipeline in an orderly way: sources stop, what has been read is worked off, windows
   * close and event-time timers fire; then {@link #run} returns.
   */
  public void drain() {
    loop.drain();
  }

  /** Gives the pipeline up; {@link #run} returns soon. */
  public void cancel() {
    loop.cancel();
  }

  /** What has been counted, attempted and committed. */
  public MetricResults metrics() {
    return metrics.results();
  }
}
