package dev.microbatch.executor.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the steps of one stage count in one partition. It holds on to the figures and to nothing
 * else of the stage.
 *
 * <p>Thread-safe.
 */
public final class StageMetrics {

  private final Map<String, StepCells> steps = new ConcurrentHashMap<>();

  /** Only compared with the current thread: one that sees an older value is another. */
  private @Nullable Thread owner;

  /**
   * Where a step counts.
   *
   * @param step its name
   * @return the same container each time
   */
  public StepCells of(String step) {
    return steps.computeIfAbsent(step, name -> new StepCells(name, this));
  }

  /** Makes the current thread the one that runs the steps. To be called once, before they run. */
  public void bind() {
    owner = Thread.currentThread();
  }

  @SuppressWarnings("ReferenceEquality") // It is about this very thread.
  boolean isOwner() {
    return Thread.currentThread() == owner;
  }

  /** What has been counted until now; the caller may change it. */
  public MetricsContainerStepMap copy() {
    MetricsContainerStepMap copy = new MetricsContainerStepMap();
    steps.forEach((name, cells) -> cells.addTo(copy.getContainer(name)));
    return copy;
  }
}
