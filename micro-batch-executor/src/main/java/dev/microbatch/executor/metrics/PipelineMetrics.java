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

  private volatile MetricsContainerStepMap base = new MetricsContainerStepMap();
  private volatile Supplier<List<MetricsContainerStepMap>> tasks = List::of;
  private volatile MetricsContainerStepMap committed = new MetricsContainerStepMap();

  /**
   * Begins to count, or goes back to a commit: what was counted since is forgotten.
   *
   * @param before what had been counted before the tasks began; never changed after this call
   */
  public void begin(MetricsContainerStepMap before) {
    tasks = List::of;
    base = before;
    committed = before;
  }

  /**
   * Counts what tasks count.
   *
   * @param counted gives what they have counted since {@link #begin}
   */
  public void count(Supplier<List<MetricsContainerStepMap>> counted) {
    tasks = counted;
  }

  /** What has been counted until now. Called between batches, it is what a commit contains. */
  public MetricsContainerStepMap attempted() {
    MetricsContainerStepMap sum = new MetricsContainerStepMap();
    sum.updateAll(base);
    for (MetricsContainerStepMap task : tasks.get()) {
      sum.updateAll(task);
    }
    return sum;
  }

  /**
   * Takes what a commit contains as committed.
   *
   * @param counted what {@link #attempted} gave when the commit was made
   */
  public void committed(MetricsContainerStepMap counted) {
    committed = counted;
  }

  /**
   * Takes all that was counted as committed: the pipeline is done, so that what was counted behind
   * its last commit, by acknowledgements and while steps were closed, is never taken back.
   */
  public void complete() {
    committed = attempted();
  }

  /** Results that can be queried now. */
  public MetricResults results() {
    return MetricsContainerStepMap.asMetricResults(attempted(), committed);
  }
}
