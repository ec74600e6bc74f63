package dev.microbatch.executor.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.model.pipeline.v1.MetricsApi.MonitoringInfo;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.BoundedTrie;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.Histogram;
import org.apache.beam.sdk.metrics.Metric;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.StringSet;
import org.apache.beam.sdk.util.HistogramData;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one step counts in one partition.
 *
 * <h2>Finding a cell</h2>
 *
 * A {@code Counter} that a DoFn holds brings the same {@link MetricName} object each time. So the
 * names that were asked for last are compared by identity, and only others are hashed. A DoFn that
 * makes its metric anew for each element is served as correctly, just not as fast.
 *
 * <h2>Threads</h2>
 *
 * One thread owns the container: it runs the step, and adds to a cell in place. What it has added
 * is visible to readers at once, and nothing has to be published. Any other thread may count too:
 * one that was handed this container, or a cell of it. It takes a slower way, and nothing is lost.
 * A thread of the user's that has no container, because nobody gave it one, counts nothing; Beam
 * says so in the log.
 *
 * <p>Thread-safe.
 */
public final class StepCells implements MetricsContainer {

  private static final long serialVersionUID = 1L;

  /** How many names are compared by identity; a power of two. */
  private static final int REMEMBERED = 16;

  private final String step;
  private final transient StageMetrics stage;
  private final transient Map<MetricName, InPlaceCounter> counters = new ConcurrentHashMap<>();
  private final transient Map<MetricName, InPlaceDistribution> distributions =
      new ConcurrentHashMap<>();

  /** The other kinds, which are rarely used for each record. */
  private final transient MetricsContainerImpl others;

  /**
   * Names and their cells. Other threads may look while the owner writes: an entry never changes,
   * so they find it or not.
   */
  private final transient Remembered[] remembered = new Remembered[REMEMBERED];

  private transient int next;

  private record Remembered(MetricName name, Metric cell) {}

  StepCells(String step, StageMetrics stage) {
    this.step = step;
    this.stage = stage;
    this.others = new MetricsContainerImpl(step);
  }

  /** Whether the current thread is the one that runs the step. */
  boolean isOwner() {
    return stage.isOwner();
  }

  @Override
  public Counter getCounter(MetricName name) {
    return find(name) instanceof InPlaceCounter known
        ? known
        : remember(name, counters.computeIfAbsent(name, key -> new InPlaceCounter(key, this)));
  }

  @Override
  public Distribution getDistribution(MetricName name) {
    return find(name) instanceof InPlaceDistribution known
        ? known
        : remember(name, distributions.computeIfAbsent(name, InPlaceDistribution::new));
  }

  @Override
  public Gauge getGauge(MetricName name) {
    return find(name) instanceof Gauge known ? known : remember(name, others.getGauge(name));
  }

  @Override
  public StringSet getStringSet(MetricName name) {
    return find(name) instanceof StringSet known
        ? known
        : remember(name, others.getStringSet(name));
  }

  @Override
  public BoundedTrie getBoundedTrie(MetricName name) {
    return find(name) instanceof BoundedTrie known
        ? known
        : remember(name, others.getBoundedTrie(name));
  }

  @Override
  public Histogram getHistogram(MetricName name, HistogramData.BucketType buckets) {
    return others.getHistogram(name, buckets);
  }

  @SuppressWarnings("ReferenceEquality") // A metric that user code holds brings the same name.
  private @Nullable Metric find(MetricName name) {
    for (Remembered entry : remembered) {
      if (entry == null) {
        return null;
      }
      if (entry.name() == name) {
        return entry.cell();
      }
    }
    return null;
  }

  private <M extends Metric> M remember(MetricName name, M cell) {
    if (isOwner()) {
      remembered[next] = new Remembered(name, cell);
      next = (next + 1) & (REMEMBERED - 1);
    }
    return cell;
  }

  /**
   * What a counter has come to; zero if it was never used.
   *
   * @param name its name
   */
  public long counted(MetricName name) {
    InPlaceCounter counter = counters.get(name);
    return counter == null ? 0 : counter.value();
  }

  /**
   * Adds what has been counted until now.
   *
   * @param sum what it is added to
   */
  void addTo(MetricsContainerImpl sum) {
    sum.update(others);
    counters.forEach((name, counter) -> sum.getCounter(name).inc(counter.value()));
    distributions.forEach((name, cell) -> cell.addTo(sum.getDistribution(name)));
  }

  /** What has been counted until now, in a container of Beam's. */
  private MetricsContainerImpl copy() {
    MetricsContainerImpl copy = new MetricsContainerImpl(step);
    addTo(copy);
    return copy;
  }

  @Override
  public Iterable<MonitoringInfo> getMonitoringInfos() {
    return copy().getMonitoringInfos();
  }

  /** Whoever sends the container away sends what was counted until then. */
  private Object writeReplace() {
    return copy();
  }
}
