package dev.microbatch.ui.watch;

import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.Work;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The figures of a pipeline over the last hour, for whoever comes late.
 *
 * <p>Thread-safe: one thread adds, all read.
 */
public final class History {

  private static final List<String> OF_PIPELINE =
      List.of(
          "recordsPerSecond",
          "batchesPerSecond",
          "batchMillis",
          "batchMillisMax",
          "lagMillis",
          "commitMillis",
          "commitBytes",
          "commitAgeMillis",
          "backlogBytes",
          "heapUsedBytes",
          "cpu");

  private static final List<String> OF_STAGE =
      List.of("inPerSecond", "outPerSecond", "busy", "starved", "blocked", "lagMillis", "keys");

  private static final double NANOS_PER_MILLI = 1e6;

  private final Series pipeline = new Series(OF_PIPELINE);
  private final Series[] stages;

  /** Creates an empty one of a plan. */
  History(Plan plan) {
    stages = new Series[plan.stages().size()];
    for (int i = 0; i < stages.length; i++) {
      stages[i] = new Series(OF_STAGE);
    }
  }

  /** The figures of the pipeline. */
  public Series pipeline() {
    return pipeline;
  }

  /** The figures of a stage. */
  public Series stage(int stage) {
    return stages[stage];
  }

  /**
   * Adds a second.
   *
   * @param view from the second before to now
   * @param batches the last batches
   * @param jvm the process
   */
  void add(View view, List<BatchRecord> batches, Jvm.Reading jvm) {
    long batchNanos =
        view.snapshot().done().times().nanos() - view.before().snapshot().done().times().nanos();
    long ran = view.recentBatches();
    CommitRecord commit = view.snapshot().commit();
    boolean written = commit != null && commit.stats() != null;
    pipeline.add(
        view.now().millis(),
        new double[] {
          view.perSecond(view.recentlyRead()),
          view.perSecond(ran),
          ran == 0 ? Double.NaN : batchNanos / NANOS_PER_MILLI / ran,
          longest(batches, view.before().millis()),
          number(view.lag(Watermarks.of(view.snapshot()))),
          written ? commit.stats().nanos() / NANOS_PER_MILLI : Double.NaN,
          written ? commit.stats().bytes() : Double.NaN,
          commit == null ? Double.NaN : (view.now().nanos() - commit.nanos()) / NANOS_PER_MILLI,
          number(view.backlogBytes()),
          jvm.heapUsedBytes(),
          jvm.cpu() == null ? Double.NaN : jvm.cpu()
        });
    int threads = view.snapshot().parallelism();
    for (Stage stage : view.plan().stages()) {
      Work recent = view.recent(stage.id());
      long watermark =
          Watermarks.earliest(view.reports(stage.id()), report -> report.times().watermark());
      stages[stage.id()].add(
          view.now().millis(),
          new double[] {
            view.perSecond(recent.recordsIn()),
            view.perSecond(view.recentlyOut(stage.id())),
            view.share(recent.busyNanos(), threads),
            view.share(recent.starvedNanos(), threads),
            view.share(recent.blockedNanos(), threads),
            number(view.lag(watermark)),
            view.size(stage.id()).keys()
          });
    }
  }

  private static double longest(List<BatchRecord> batches, long sinceMillis) {
    return batches.stream()
        .filter(batch -> batch.endMillis() > sinceMillis)
        .mapToDouble(batch -> batch.ranNanos() / NANOS_PER_MILLI)
        .max()
        .orElse(Double.NaN);
  }

  private static double number(@Nullable Long value) {
    return value == null ? Double.NaN : value;
  }
}
