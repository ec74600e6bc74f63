package dev.microbatch.benchmarks.workload;

import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;
import org.joda.time.Instant;

/**
 * The end of a measured pipeline: sums up its result in two metrics, so that the result can be
 * checked on any runner. An element costs two additions; the metrics are touched once per bundle.
 *
 * @param <T> the type of the elements
 */
public final class Tally<T> extends PTransform<PCollection<T>, PDone> {

  private static final long serialVersionUID = 1L;
  private static final String COUNT = "count";
  private static final String CHECKSUM = "checksum";

  private final DoFn<T, Void> fn;

  private Tally(String name, DoFn<T, Void> fn) {
    super(name);
    this.fn = fn;
  }

  /** Sums up elements. */
  public static <T> Tally<T> of(Digest<T> digest) {
    return new Tally<>("Tally", new TallyFn<>(digest));
  }

  /** Sums up elements and their event times. */
  public static <T> Tally<T> withTimestamps(Digest<T> digest) {
    return new Tally<>("TallyWithTimestamps", new TimedTallyFn<>(digest));
  }

  @Override
  public PDone expand(PCollection<T> input) {
    input.apply(ParDo.of(fn));
    return PDone.in(input.getPipeline());
  }

  /**
   * Reads the outcome of a pipeline that has ended.
   *
   * @param result the pipeline's result
   */
  public static Outcome read(PipelineResult result) {
    MetricsFilter mine =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.inNamespace(Tally.class)).build();
    MetricQueryResults metrics = result.metrics().queryMetrics(mine);
    long count = 0;
    long checksum = 0;
    for (MetricResult<Long> counter : metrics.getCounters()) {
      if (counter.getName().getName().equals(COUNT)) {
        count += value(counter);
      } else {
        checksum += value(counter);
      }
    }
    return new Outcome(count, checksum);
  }

  /** What was committed; many runners know only what was attempted. */
  private static long value(MetricResult<Long> counter) {
    Long committed = counter.getCommittedOrNull();
    return committed == null ? counter.getAttempted() : committed;
  }

  /** The sums of one bundle. */
  private abstract static class BundleTallyFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;

    private final Counter counts = Metrics.counter(Tally.class, COUNT);
    private final Counter checksums = Metrics.counter(Tally.class, CHECKSUM);
    final Digest<T> digest;
    private transient long count;
    private transient long checksum;

    BundleTallyFn(Digest<T> digest) {
      this.digest = digest;
    }

    final void add(long value) {
      count++;
      checksum += value;
    }

    @StartBundle
    public void startBundle() {
      count = 0;
      checksum = 0;
    }

    @FinishBundle
    public void finishBundle() {
      counts.inc(count);
      checksums.inc(checksum);
    }
  }

  private static final class TallyFn<T> extends BundleTallyFn<T> {
    private static final long serialVersionUID = 1L;

    TallyFn(Digest<T> digest) {
      super(digest);
    }

    @ProcessElement
    public void process(@Element T element) {
      add(digest.of(element, 0));
    }
  }

  private static final class TimedTallyFn<T> extends BundleTallyFn<T> {
    private static final long serialVersionUID = 1L;

    TimedTallyFn(Digest<T> digest) {
      super(digest);
    }

    @ProcessElement
    public void process(@Element T element, @Timestamp Instant timestamp) {
      add(digest.of(element, timestamp.getMillis()));
    }
  }
}
