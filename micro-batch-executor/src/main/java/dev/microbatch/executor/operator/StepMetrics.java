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
 *
 * <p>In its first bundle, and once a step of the thread has left an interruption behind, it also
 * finds out whether it was this one.
 */
final class StepMetrics {

  private final String stepName;
  private final MetricsContainer container;
  private @Nullable MetricsEnvironmentState slot;
  private boolean watched;

  /** How often it is still watched in any case: in the setup and in the first bundle. */
  private int watches = 2;

  /** Whether the caller's step had left an interruption behind already. */
  private boolean inherited;

  StepMetrics(String stepName, MetricsContainer container) {
    this.stepName = stepName;
    this.container = container;
  }

  /** Finds the slot of the current thread; to be called before a run of {@link #enter} on it. */
  void bind() {
    watched = watches > 0 || StepThread.isWatching();
    watches -= watches > 0 ? 1 : 0;
    slot = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
  }

  /**
   * Makes the step's container the current one.
   *
   * @return what to hand to {@link #leave}
   */
  @Nullable MetricsContainer enter() {
    if (watched) {
      inherited = Thread.currentThread().isInterrupted();
    }
    return slot.activate(container);
  }

  /** Restores the container that was current before {@link #enter}. */
  void leave(@Nullable MetricsContainer previous) {
    slot.activate(previous);
    if (watched && !inherited) {
      StepThread.clearInterrupt(stepName, true);
    }
  }
}
