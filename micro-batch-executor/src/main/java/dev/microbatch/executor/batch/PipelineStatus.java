package dev.microbatch.executor.batch;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.Arrays;
import java.util.List;

/**
 * Where the pipeline stands after a batch: the reports of all tasks, summed up per stage.
 *
 * <p>Immutable.
 */
final class PipelineStatus {

  private final boolean[] sourceDone;
  private final boolean[] hasMore;
  private final long[] watermarks;
  private final long nextWakeUp;
  private final boolean awaitsCommit;
  private final long records;

  private PipelineStatus(
      boolean[] sourceDone,
      boolean[] hasMore,
      long[] watermarks,
      long nextWakeUp,
      boolean awaitsCommit,
      long records) {
    this.sourceDone = sourceDone;
    this.hasMore = hasMore;
    this.watermarks = watermarks;
    this.nextWakeUp = nextWakeUp;
    this.awaitsCommit = awaitsCommit;
    this.records = records;
  }

  /** Before the first batch: every source may have something. */
  static PipelineStatus start(Plan plan) {
    int stages = plan.stages().size();
    boolean[] hasMore = new boolean[stages];
    for (Stage stage : plan.stages()) {
      hasMore[stage.id()] = stage.isSource();
    }
    long[] watermarks = new long[stages];
    Arrays.fill(watermarks, EventTime.MIN);
    return new PipelineStatus(new boolean[stages], hasMore, watermarks, Long.MAX_VALUE, false, 0);
  }

  /** Sums up the reports of a batch. */
  static PipelineStatus of(Plan plan, List<StageReport> reports) {
    int stages = plan.stages().size();
    boolean[] done = new boolean[stages];
    boolean[] more = new boolean[stages];
    long[] watermarks = new long[stages];
    Arrays.fill(done, true);
    Arrays.fill(watermarks, EventTime.MAX);
    long wakeUp = Long.MAX_VALUE;
    boolean awaits = false;
    long records = 0;
    for (StageReport report : reports) {
      int stage = report.stage();
      done[stage] &= report.sourceDone();
      more[stage] |= report.sourceHasMore();
      watermarks[stage] = Math.min(watermarks[stage], report.times().watermark());
      wakeUp = Math.min(wakeUp, report.nextWakeUp());
      awaits |= report.awaitsCommit();
      if (plan.stages().get(stage).isSource()) {
        records += report.recordsIn();
      }
    }
    return new PipelineStatus(done, more, watermarks, wakeUp, awaits, records);
  }

  /** Whether a source stage has ended in every partition. */
  boolean isSourceDone(int stage) {
    return sourceDone[stage];
  }

  /** Whether a source stage has more to read at once. */
  boolean hasMore(int stage) {
    return hasMore[stage];
  }

  /** Whether any source stage has more to read at once. */
  boolean anyHasMore() {
    for (boolean more : hasMore) {
      if (more) {
        return true;
      }
    }
    return false;
  }

  /** Whether any source stage has not ended. */
  boolean anySourceOpen() {
    for (boolean done : sourceDone) {
      if (!done) {
        return true;
      }
    }
    return false;
  }

  /**
   * When the next processing-time timer wakes up, in milliseconds; {@link Long#MAX_VALUE} if never.
   */
  long nextWakeUp() {
    return nextWakeUp;
  }

  /** Whether something is to be acknowledged after a commit. */
  boolean awaitsCommit() {
    return awaitsCommit;
  }

  /** How many records the sources read in the batch. */
  long records() {
    return records;
  }

  /** The earliest output watermark of any stage, in milliseconds. */
  long watermark() {
    long min = EventTime.MAX;
    for (long watermark : watermarks) {
      min = Math.min(min, watermark);
    }
    return min;
  }

  /** Whether every watermark has reached the end of time. */
  boolean isComplete() {
    return watermark() >= EventTime.MAX;
  }

  /** The stages whose watermarks stand before the end of time, with their watermarks. */
  String describeOpen(Plan plan) {
    StringBuilder text = new StringBuilder();
    for (Stage stage : plan.stages()) {
      if (watermarks[stage.id()] < EventTime.MAX) {
        text.append(text.isEmpty() ? "" : "; ")
            .append(stage.name())
            .append(" at ")
            .append(EventTime.describe(watermarks[stage.id()]));
      }
    }
    return text.toString();
  }
}
