package dev.microbatch.executor.stage;

import dev.microbatch.executor.metrics.StepCells;
import java.util.List;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.runners.core.StatefulDoFnRunner;
import org.apache.beam.sdk.metrics.MetricName;

/**
 * How many records a step drops because they are late, once for each window: read from the counters
 * that the user sees too, so that there is one figure.
 */
final class LateDrops {

  private static final List<MetricName> COUNTERS =
      List.of(
          MetricName.named(
              LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS),
          MetricName.named(
              StatefulDoFnRunner.class, StatefulDoFnRunner.DROPPED_DUE_TO_LATENESS_COUNTER));

  private final StepCells step;
  private long taken;

  /**
   * Creates it.
   *
   * @param step where the step counts
   */
  LateDrops(StepCells step) {
    this.step = step;
  }

  /** How many were dropped since this was asked for the last time. */
  long take() {
    long all = 0;
    for (MetricName name : COUNTERS) {
      all += step.counted(name);
    }
    long more = all - taken;
    taken = all;
    return more;
  }
}
