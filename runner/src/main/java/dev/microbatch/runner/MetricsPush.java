package dev.microbatch.runner;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.beam.runners.core.metrics.NoOpMetricsSink;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.metrics.MetricsOptions;
import org.apache.beam.sdk.metrics.MetricsSink;
import org.apache.beam.sdk.util.InstanceBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes the metrics of one pipeline to the sink of {@link MetricsOptions}: once per period while
 * the pipeline runs, and once at its end. A push that fails is logged and disturbs nothing.
 *
 * <p>{@link #start} is called at most once, {@link #close} ends the thread. Closing one that was
 * not started does nothing.
 */
final class MetricsPush implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsPush.class);

  /** How long the end of a pipeline waits for the last push. */
  private static final int LAST_PUSH_SECONDS = 30;

  private final MetricsSink sink;

  /** Seconds between two pushes. */
  private final long period;

  private @Nullable ScheduledExecutorService scheduler;
  private @Nullable Runnable push;

  private MetricsPush(MetricsSink sink, long period) {
    this.sink = sink;
    this.period = period;
  }

  /**
   * Builds the sink that the options name.
   *
   * @throws IllegalArgumentException if there is no such sink, or the period is not positive
   */
  static MetricsPush of(MetricsOptions options) {
    long period = options.getMetricsPushPeriod();
    if (period < 1) {
      throw new IllegalArgumentException(
          "--metricsPushPeriod=" + period + " is not accepted: it must be at least 1 second");
    }
    MetricsSink sink =
        InstanceBuilder.ofType(MetricsSink.class)
            .fromClass(options.getMetricsSink())
            .withArg(MetricsOptions.class, options)
            .build();
    return new MetricsPush(sink, period);
  }

  /**
   * Begins to push, unless the sink does nothing anyway.
   *
   * @param metrics gives what has been counted at the moment
   * @param pipeline the pipeline's name
   */
  void start(Supplier<MetricResults> metrics, String pipeline) {
    if (sink instanceof NoOpMetricsSink) {
      return;
    }
    scheduler = new ScheduledThreadPoolExecutor(1, task -> thread(task, pipeline));
    push = () -> push(metrics);
    var unused = scheduler.scheduleAtFixedRate(push, period, period, TimeUnit.SECONDS);
  }

  private static Thread thread(Runnable task, String pipeline) {
    Thread thread = new Thread(task, "microbatch-metrics-" + pipeline);
    thread.setDaemon(true);
    return thread;
  }

  private void push(Supplier<MetricResults> metrics) {
    try {
      sink.writeMetrics(metrics.get().allMetrics());
    } catch (Exception e) { // would be the last push otherwise
      LOG.warn("Metrics could not be pushed to {}", sink.getClass().getName(), e);
    }
  }

  /** Pushes for the last time, and ends the thread. */
  @Override
  public void close() {
    if (scheduler == null) {
      return;
    }
    scheduler.execute(push);
    scheduler
        .shutdown(); // what is to be done periodically is dropped, what is to be done now is not
    try {
      if (!scheduler.awaitTermination(LAST_PUSH_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{} does not return; the last metrics may not arrive", sink.getClass().getName());
        scheduler.shutdownNow();
      }
    } catch (InterruptedException e) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
