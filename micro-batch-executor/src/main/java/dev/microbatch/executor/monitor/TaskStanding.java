package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.Arrays;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where the tasks of a pipeline stand, and since when.
 *
 * <p>Not thread-safe: owned by a {@link PipelineMonitor}.
 */
final class TaskStanding {

  private final int stages;
  private final Clock clock;
  private int parallelism = 1;
  private List<StageReport> reports = List.of();
  private TaskFigures.@Nullable Survey[] surveys;
  private long surveyNanos;
  private long[] watermarks;
  private long[] movedNanos;
  private long watermark;
  private long watermarkNanos;
  private @Nullable Long behindNanos;
  private long behindLagMillis;

  /**
   * Creates it; the stages are not open yet.
   *
   * @param plan what is run
   * @param clock says what time it is
   */
  TaskStanding(Plan plan, Clock clock) {
    this.stages = plan.stages().size();
    this.clock = clock;
    starts(1);
  }

  /** The stages are about to be opened, with so many partitions. */
  void starts(int partitions) {
    parallelism = partitions;
    reports = List.of();
    surveys = new TaskFigures.Survey[stages * partitions];
    watermarks = new long[stages * partitions];
    movedNanos = new long[stages * partitions];
    Arrays.fill(watermarks, Long.MIN_VALUE);
    watermark = Long.MIN_VALUE;
    watermarkNanos = clock.nanos();
    behindNanos = null;
  }

  int parallelism() {
    return parallelism;
  }

  /** Takes what the tasks have reported. */
  void take(List<StageReport> all, long nowNanos) {
    reports = all;
    long earliest = EventTime.MAX;
    for (int i = 0; i < all.size(); i++) {
      StageReport report = all.get(i);
      int at = report.stage() * parallelism + report.partition();
      long sent = report.times().watermark();
      earliest = Math.min(earliest, sent);
      if (sent != watermarks[at]) {
        watermarks[at] = sent;
        movedNanos[at] = nowNanos;
      }
      TaskFigures.Survey survey = report.figures().survey();
      if (survey != null) {
        surveys[at] = survey;
        surveyNanos = nowNanos;
      }
    }
    if (earliest != watermark) {
      watermark = earliest;
      watermarkNanos = nowNanos;
    }
  }

  /** Takes whether a batch has left something unread that was there. */
  void behind(boolean hasMore, BatchRecord batch, long nowNanos) {
    if (!hasMore) {
      behindNanos = null;
    } else if (behindNanos == null) {
      behindNanos = nowNanos;
      behindLagMillis = clock.millis() - batch.watermark();
    }
  }

  Snapshot.Standing copy() {
    return new Snapshot.Standing(
        reports,
        surveys.clone(),
        surveyNanos,
        movedNanos.clone(),
        watermark,
        watermarkNanos,
        behindNanos,
        behindLagMillis);
  }
}
