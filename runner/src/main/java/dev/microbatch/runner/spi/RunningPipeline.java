package dev.microbatch.runner.spi;

import dev.microbatch.executor.batch.Asked;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * A pipeline that has been started, as an observer sees it, and what may be asked of it.
 *
 * <p>All methods may be called by any thread at any time, also when the pipeline has ended. None of
 * them waits for the pipeline.
 */
public interface RunningPipeline {

  /** The job name. */
  String name();

  /** How it was started; not to be changed. */
  PipelineOptions options();

  /** What it tells of itself; also the plan. */
  PipelineMonitor monitor();

  /** The clock that the pipeline lives by, and that its figures refer to. */
  Clock clock();

  /** Whether it keeps checkpoints, without which it can neither be stopped nor commit. */
  boolean hasCheckpoints();

  /** What has been asked of it that ends it. */
  Asked asked();

  /** What it waits for, or does instead. May contain messages of exceptions, and so data. */
  Explanation why();

  /** The same without messages of exceptions. */
  Explanation whyDiscreetly();

  /** What the threads of the engine do at this moment; empty while it is not at work. */
  List<Activity> activities();

  /** What has been counted, attempted and committed. */
  MetricResults metrics();

  /** Asks it to end in an orderly way: to read nothing more, and to work off what there is. */
  void drain();

  /**
   * Asks it to commit and to end, so that it can resume later.
   *
   * @throws IllegalStateException if it keeps no checkpoints
   */
  void stop();

  /** Asks it to give up. */
  void cancel();

  /**
   * Asks it to commit soon, whatever the interval.
   *
   * @throws IllegalStateException if it keeps no checkpoints
   */
  void checkpointNow();
}
