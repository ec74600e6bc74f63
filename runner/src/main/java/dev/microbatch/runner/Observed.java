package dev.microbatch.runner;

import dev.microbatch.executor.batch.Asked;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.spi.RunningPipeline;
import java.util.List;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * An execution as its observers see it.
 *
 * @param name the job name
 * @param options how it was started
 * @param clock what it lives by
 * @param execution what runs
 */
record Observed(String name, PipelineOptions options, Clock clock, PlanExecution execution)
    implements RunningPipeline {

  @Override
  public PipelineMonitor monitor() {
    return execution.monitor();
  }

  @Override
  public boolean hasCheckpoints() {
    return execution.hasCheckpoints();
  }

  @Override
  public Asked asked() {
    return execution.asked();
  }

  @Override
  public Explanation why() {
    return execution.why();
  }

  @Override
  public Explanation whyDiscreetly() {
    return execution.whyDiscreetly();
  }

  @Override
  public List<Activity> activities() {
    return execution.activities();
  }

  @Override
  public MetricResults metrics() {
    return execution.metrics();
  }

  @Override
  public void drain() {
    execution.drain();
  }

  @Override
  public void stop() {
    needsCheckpoints(execution, "stopped");
    execution.stop();
  }

  @Override
  public void cancel() {
    execution.cancel();
  }

  @Override
  public void checkpointNow() {
    needsCheckpoints(execution, "committed");
    execution.requestCommit();
  }

  /** Refuses what makes no sense without files. */
  static void needsCheckpoints(PlanExecution execution, String what) {
    if (!execution.hasCheckpoints()) {
      throw new IllegalStateException(
          "The pipeline cannot be "
              + what
              + ": it keeps no checkpoints. Start it with --checkpointDir");
    }
  }
}
