package dev.microbatch.ui.watch;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.spi.RunningPipeline;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A pipeline that is watched, and what is remembered of it.
 *
 * <p>Thread-safe.
 */
public final class WatchedPipeline {

  /** Over how many seconds rates and shares are given. */
  private static final int RECENT = 10;

  /** For how long metrics are not added up again, in nanoseconds. */
  private static final long METRICS_NANOS = Clock.toNanos(2_000);

  private final String id;
  private final RunningPipeline pipeline;
  private final long startedMillis;
  private final History history;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private @Nullable MetricQueryResults metrics;
  private long metricsNanos;
  private boolean metricsFinal;

  /**
   * Begins to watch.
   *
   * @param id for paths
   * @param pipeline the pipeline
   */
  WatchedPipeline(String id, RunningPipeline pipeline) {
    this.id = id;
    this.pipeline = pipeline;
    this.startedMillis = pipeline.clock().millis();
    this.history = new History(plan());
    samples.add(sample());
  }

  /** For paths. */
  public String id() {
    return id;
  }

  /** The pipeline itself. */
  public RunningPipeline pipeline() {
    return pipeline;
  }

  /** What is run. */
  public Plan plan() {
    return pipeline.monitor().plan();
  }

  /** When it was seen first, in milliseconds since the epoch. */
  public long startedMillis() {
    return startedMillis;
  }

  /** When it ended, in milliseconds since the epoch; null if it has not. */
  public @Nullable Long endedMillis() {
    var end = pipeline.monitor().snapshot().end();
    return end == null ? null : end.millis();
  }

  /** What it is doing. */
  public State state() {
    return State.of(pipeline.monitor().snapshot(), pipeline.asked());
  }

  /** Its figures over time. */
  public History history() {
    return history;
  }

  private Sample sample() {
    return new Sample(
        pipeline.clock().nanos(), pipeline.clock().millis(), pipeline.monitor().snapshot());
  }

  /** The pipeline now. */
  public View view() {
    Sample before;
    synchronized (this) {
      before = samples.getFirst();
    }
    return new View(plan(), before, sample(), state());
  }

  /** A second has passed. */
  void tick(Jvm.Reading jvm) {
    Sample now = sample();
    Sample last;
    synchronized (this) {
      last = samples.getLast();
      if (now.nanos() == last.nanos()) {
        return;
      }
      samples.add(now);
      if (samples.size() > RECENT + 1) {
        samples.remove();
      }
    }
    history.add(new View(plan(), last, now, state()), pipeline.monitor().batches(), jvm);
  }

  /** What it has counted, at most two seconds ago. Adding it up takes a while. */
  public synchronized MetricQueryResults metrics() {
    long now = pipeline.clock().nanos();
    boolean ended = endedMillis() != null;
    if (metrics == null
        || (ended && !metricsFinal)
        || (!ended && now - metricsNanos >= METRICS_NANOS)) {
      metrics = pipeline.metrics().allMetrics();
      metricsNanos = now;
      metricsFinal = ended;
    }
    return metrics;
  }
}
