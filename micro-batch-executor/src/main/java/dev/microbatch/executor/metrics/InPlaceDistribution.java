package dev.microbatch.executor.metrics;

import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.MetricName;

/**
 * A distribution of one step in one partition, updated in place. Its four figures always belong
 * together: an update takes a lock that nobody but a reader contends for.
 *
 * <p>Thread-safe.
 */
@SuppressWarnings("serial") // Beam's metrics are serializable; a cell stays where it is.
final class InPlaceDistribution implements Distribution {

  private final MetricName name;
  private long sum;
  private long count;
  private long min = Long.MAX_VALUE;
  private long max = Long.MIN_VALUE;

  InPlaceDistribution(MetricName name) {
    this.name = name;
  }

  @Override
  public void update(long value) {
    update(value, 1, value, value);
  }

  @Override
  public synchronized void update(long moreSum, long moreCount, long atLeast, long atMost) {
    sum += moreSum;
    count += moreCount;
    min = Math.min(min, atLeast);
    max = Math.max(max, atMost);
  }

  /** Adds what has come until now to another distribution. */
  synchronized void addTo(Distribution other) {
    other.update(sum, count, min, max);
  }

  @Override
  public MetricName getName() {
    return name;
  }
}
