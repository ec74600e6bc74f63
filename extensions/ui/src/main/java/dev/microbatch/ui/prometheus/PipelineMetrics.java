package dev.microbatch.ui.prometheus;

import dev.microbatch.executor.monitor.BatchTimes;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.Counters;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.monitor.Work;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.state.StateSize;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import dev.microbatch.ui.watch.Watermarks;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What there is to be measured of one pipeline, apart from what user code counts. */
final class PipelineMetrics {

  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final Families families;
  private final WatchedPipeline watched;
  private final View view;
  private final Labels labels;

  PipelineMetrics(Families families, WatchedPipeline watched) {
    this.families = families;
    this.watched = watched;
    this.view = watched.view();
    this.labels = labels(watched);
  }

  /** By what a pipeline is known: its name need not be its own. */
  static Labels labels(WatchedPipeline watched) {
    return Labels.of("pipeline", watched.pipeline().name(), "id", watched.id());
  }

  void add() {
    families.gauge("up", "1 while the pipeline runs.", labels, view.state().isEnd() ? 0 : 1);
    batches();
    commits();
    families.counter(
        "records_read", "Records that sources have read in this process.", labels, view.read());
    families.gauge(
        "watermark_lag_seconds",
        "By how much the earliest watermark is behind the clock.",
        labels,
        seconds(view.lag(Watermarks.of(view.snapshot()))));
    families.gauge("backlog_bytes", "What readers know to be unread.", labels, view.backlogBytes());
    view.plan().stages().forEach(this::stage);
  }

  private void batches() {
    families.counter(
        "batches",
        "Batches that have run to their end in this process.",
        labels,
        view.snapshot().done().batches());
    BatchTimes times = view.snapshot().done().times();
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int bucket = 0; bucket < times.buckets(); bucket++) {
      buckets.bucket(times.boundSeconds(bucket), times.count(bucket));
    }
    HistogramSnapshot.HistogramDataPointSnapshot.Builder distribution =
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(buckets.build());
    distribution.sum(times.nanos() / NANOS);
    distribution.labels(labels);
    families.histogram("batch_seconds", "How long batches took.", distribution.build());
    PipelineMonitor.Running running = watched.pipeline().monitor().running();
    families.gauge(
        "running_batch_seconds",
        "For how long the engine has been at what it is at; 0 if it is at nothing.",
        labels,
        running == null ? 0 : Math.max(0, view.now().nanos() - running.sinceNanos()) / NANOS);
  }

  private void commits() {
    Counters counters = view.snapshot().counters();
    String help = "Commits that became durable, and attempts that failed.";
    families.counter("commits", help, labels.add("outcome", "durable"), counters.commits());
    families.counter("commits", help, labels.add("outcome", "failed"), counters.failedAttempts());
    families.counter(
        "commit_bytes", "Bytes that commits have written.", labels, counters.commitBytes());
    families.counter(
        "commit_seconds",
        "How long commits took to write.",
        labels,
        counters.commitNanos() / NANOS);
    CommitRecord last = view.snapshot().commit();
    families.gauge(
        "commit_age_seconds",
        "How long ago the last commit became durable, or how long the pipeline has been there if"
            + " none has.",
        labels,
        view.state().isEnd() ? null : age(last));
    families.counter("restores", "Resumptions from a commit.", labels, counters.restores());
    families.counter(
        "retries", "Batches that failed and were run again.", labels, counters.retries());
  }

  private double age(@Nullable CommitRecord last) {
    return last == null
        ? Math.max(0, view.now().millis() - watched.startedMillis()) / MILLIS
        : Math.max(0, view.now().nanos() - last.nanos()) / NANOS;
  }

  private static @Nullable Double seconds(@Nullable Long millis) {
    return millis == null ? null : millis / MILLIS;
  }

  private void stage(Stage stage) {
    int id = stage.id();
    Labels of = labels.add("stage", Integer.toString(id)).add("step", stage.head().name());
    Work work = view.work(id);
    families.counter("stage_records_in", "Records that a stage took.", of, work.recordsIn());
    families.counter(
        "stage_records_out",
        "Records that a stage handed over, once for each partition they go to.",
        of,
        view.out(id));
    families.counter(
        "stage_busy_seconds", "How long a stage worked.", of, work.busyNanos() / NANOS);
    families.counter(
        "stage_starved_seconds",
        "How long a stage waited for those before it.",
        of,
        work.starvedNanos() / NANOS);
    families.counter(
        "stage_blocked_seconds",
        "How long a stage waited for room in front of those behind it.",
        of,
        work.blockedNanos() / NANOS);
    families.counter(
        "dropped", "Records that came too late, once for each window.", of, work.dropped());
    long watermark = Watermarks.earliest(view.reports(id), report -> report.times().watermark());
    families.gauge(
        "watermark_seconds",
        "The output watermark, in seconds since the epoch.",
        of,
        Watermarks.isKnown(watermark) ? watermark / MILLIS : null);
    StateSize size = view.size(id);
    if (stage.head().spec().isTimed()) {
      families.gauge("state_keys", "Keys for which something is kept.", of, size.keys());
      families.gauge("timers", "Timers that are set.", of, size.timers());
      families.gauge("withheld", "Records that wait to be let in.", of, size.withheld());
      families.gauge(
          "state_bytes", "What the last commit keeps of a stage.", of, view.stateBytes(stage));
    }
    if (stage.isSource()) {
      families.gauge(
          "split_idle_seconds",
          "For how long the split of a source gave no record that has been silent longest.",
          of,
          idle(id));
    }
  }

  private @Nullable Double idle(int stage) {
    long age = Math.max(0, view.now().nanos() - view.snapshot().standing().surveyNanos());
    Double longest = null;
    for (int partition = 0; partition < view.snapshot().parallelism(); partition++) {
      for (SplitStatus split : view.splits(stage, partition)) {
        double idle = (split.idleNanos() + age) / NANOS;
        longest = longest == null ? idle : Math.max(longest, idle);
      }
    }
    return longest;
  }
}
