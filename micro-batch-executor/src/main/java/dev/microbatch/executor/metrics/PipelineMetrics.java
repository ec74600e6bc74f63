package dev.microbatch.executor.metrics;

import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.metrics.MetricResults;

/**
 * What the pipeline has counted. Attempted: at this moment, with whatever a running batch has
 * added. Committed: as of the last commit.
 *
 * <p>Thread-safe.
 */
public final class PipelineMetrics {

  private final Supplier<List<MetricsContainerStepMap>> live;
  private volatile MetricsContainerStepMap committed = new MetricsContainerStepMap();

  /**
   * Creates the metrics.
   *
   * @param live gives the containers that tasks count in
   */
  public PipelineMetrics(Supplier<List<MetricsContainerStepMap>> live) {
    this.live = live;
  }

  /** Takes what has been counted until now as committed. Called between batches. */
  public void commit() {
    committed = attempted();
  }

  private MetricsContainerStepMap attempted() {
    MetricsContainerStepMap sum = new MetricsContainerStepMap();
    for (MetricsContainerStepMap task : live.get()) {
      sum.updateAll(task);
    }
    return sum;
  }

  /** Results that can be queried now. */
  public MetricResults results() {
    return MetricsContainerStepMap.asMetricResults(attempted(), committed);
  }
}
