package dev.microbatch.runner.spi;

import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Watches one pipeline from its start to its end. What it throws is logged, and harms the pipeline
 * in no way.
 */
public interface PipelineObserver {

  /**
   * The pipeline has ended, and whoever waits for its result has it already. Called once, by the
   * last thread of the pipeline, which ends when this returns.
   */
  void ended();

  /**
   * Makes observers. Implementations are named in {@code META-INF/services}, have a public
   * constructor without parameters, and cost nothing until a pipeline starts.
   */
  interface Factory {

    /**
     * Begins to observe a pipeline. Called by the thread that has started it, while its first
     * stages are opened; not for pipelines of tests, and not for those that are only planned.
     *
     * @param pipeline the pipeline
     * @return null if it is not to be observed
     */
    @Nullable PipelineObserver observe(RunningPipeline pipeline);

    /** The names of the options that it reads, without which they would do nothing. */
    Set<String> options();
  }
}
