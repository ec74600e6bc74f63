package dev.microbatch.executor.operator;

import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Makes a step's container the one in which user code counts, for as long as user code of that step
 * runs. Steps nest: a step that is called by another restores the caller's container.
 *
 * <p>The thread's slot is looked up once per bundle; entering and leaving is then a plain field
 * write.
 */
final class StepMetrics {

  private final MetricsContainer container;
  private @Nullable MetricsEnvironmentState slot;

  StepMetrics(MetricsContainer container) {
    this.container = container;
  }

  /** Finds the slot of the current thread; to be called before a run of {@link #enter} on it. */
  void bind() {
    slot = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
  }

  /**
   * Makes the step's container the current one.
   *
   * @return what to hand to {@link #leave}
   */
  @Nullable MetricsContainer enter() {
    return slot.activate(container);
  }

  /** Restores the container that was current before {@link #enter}. */
  void leave(@Nullable MetricsContainer previous) {
    slot.activate(previous);
  }
}
