package dev.microbatch.ui.prometheus;

import dev.microbatch.ui.watch.WatchedPipeline;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.metrics.DistributionResult;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;

/**
 * What user code counts, as attempted. The names of users are labels: whatever they hold, they can
 * collide with nothing. These values go back when the pipeline goes back to a commit, as Beam wants
 * it, and so are gauges.
 */
final class UserMetrics {

  /** How many series there are of a pipeline at most. */
  static final int MOST = 2_000;

  private final Families families;
  private final WatchedPipeline watched;

  UserMetrics(Families families, WatchedPipeline watched) {
    this.families = families;
    this.watched = watched;
  }

  private record Value(String family, String help, Labels labels, double value) {}

  void add() {
    MetricQueryResults metrics = watched.metrics();
    List<Value> values = new ArrayList<>();
    metrics
        .getCounters()
        .forEach(
            counter ->
                values.add(value("user_counter", "Counters.", counter, counter.getAttempted())));
    metrics
        .getGauges()
        .forEach(
            gauge ->
                values.add(value("user_gauge", "Gauges.", gauge, gauge.getAttempted().getValue())));
    metrics.getDistributions().forEach(distribution -> distribution(values, distribution));
    values.sort(
        Comparator.comparing(Value::family).thenComparing(value -> value.labels().toString()));
    for (Value value : values.subList(0, Math.min(MOST, values.size()))) {
      families.gauge(value.family(), value.help(), value.labels(), value.value());
    }
    families.gauge(
        "user_series_left_out",
        "Series of user metrics that are not served, because there are too many.",
        PipelineMetrics.labels(watched),
        Math.max(0, values.size() - MOST));
  }

  private void distribution(List<Value> values, MetricResult<DistributionResult> distribution) {
    DistributionResult result = distribution.getAttempted();
    values.add(
        value(
            "user_distribution_values",
            "Values of distributions.",
            distribution,
            result.getCount()));
    values.add(
        value("user_distribution_sum", "Sums of distributions.", distribution, result.getSum()));
    if (result.getCount() > 0) {
      values.add(value("user_distribution_min", "Least values.", distribution, result.getMin()));
      values.add(value("user_distribution_max", "Greatest values.", distribution, result.getMax()));
    }
  }

  private Value value(String family, String help, MetricResult<?> metric, double value) {
    String step = metric.getKey().stepName();
    Labels labels =
        PipelineMetrics.labels(watched)
            .add("step", step == null ? "" : step)
            .add("namespace", metric.getName().getNamespace())
            .add("name", metric.getName().getName());
    return new Value(family, help, labels, value);
  }
}
