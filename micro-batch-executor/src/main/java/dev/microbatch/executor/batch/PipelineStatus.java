package dev.microbatch.executor.batch;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Where the pipeline stands after a batch: the reports of all tasks, summed up per stage.
 *
 * <p>Immutable.
 */
public final class PipelineStatus {

  private final List<StageReport> reports;
  private final List<StageReport> readers;
  private final boolean[] sourceDone;
  private final boolean[] hasMore;
  private final long[] recordsWanted;
  private final long[] watermarks;
  private final long[] viewHorizons;
  private final long nextWakeUp;
  private final boolean awaitsCommit;
  private final boolean withholds;
  private final long records;
  private final long[] lateDrops;
  private final long clockAdvance;
  private final boolean unacknowledged;

  private PipelineStatus(
      List<StageReport> reports,
      List<StageReport> readers,
      boolean[] sourceDone,
      boolean[] hasMore,
      long[] recordsWanted,
      long[] watermarks,
      long[] viewHorizons,
      long nextWakeUp,
      boolean awaitsCommit,
      boolean withholds,
      long records,
      long[] lateDrops,
      long clockAdvance,
      boolean unacknowledged) {
    this.reports = Collections.unmodifiableList(reports);
    this.readers = readers;
    this.sourceDone = sourceDone;
    this.hasMore = hasMore;
    this.recordsWanted = recordsWanted;
    this.watermarks = watermarks;
    this.viewHorizons = viewHorizons;
    this.nextWakeUp = nextWakeUp;
    this.awaitsCommit = awaitsCommit;
    this.withholds = withholds;
    this.records = records;
    this.lateDrops = lateDrops;
    this.clockAdvance = clockAdvance;
    this.unacknowledged = unacknowledged;
  }

  /** Sums up reports: of a batch, or of where the stages stand before the first. */
  static PipelineStatus of(Plan plan, List<StageReport> reports) {
    int stages = plan.stages().size();
    boolean[] done = new boolean[stages];
    boolean[] more = new boolean[stages];
    long[] wanted = new long[stages];
    long[] watermarks = new long[stages];
    Arrays.fill(done, true);
    Arrays.fill(watermarks, EventTime.MAX);
    long[] horizons = new long[stages];
    Arrays.fill(horizons, EventTime.MAX);
    long wakeUp = Long.MAX_VALUE;
    long[] lateDrops = new long[stages];
    boolean awaits = false;
    boolean withholds = false;
    long records = 0;
    long clockAdvance = 0;
    boolean unacknowledged = false;
    List<StageReport> readers = new ArrayList<>();
    for (StageReport report : reports) {
      int stage = report.stage();
      done[stage] &= report.sourceDone();
      more[stage] |= report.sourceHasMore();
      wanted[stage] += report.recordsWanted();
      watermarks[stage] = Math.min(watermarks[stage], report.times().watermark());
      horizons[stage] = Math.min(horizons[stage], report.viewHorizon());
      wakeUp = Math.min(wakeUp, report.nextWakeUp());
      lateDrops[stage] += report.lateDrops();
      awaits |= report.awaitsCommit();
      withholds |= report.withholds();
      clockAdvance += report.clockAdvance();
      unacknowledged |= report.unacknowledged();
      if (plan.stages().get(stage).isSource()) {
        readers.add(report);
        records += report.recordsIn();
      }
    }
    return new PipelineStatus(
        reports,
        readers,
        done,
        more,
        wanted,
        watermarks,
        horizons,
        wakeUp,
        awaits,
        withholds,
        records,
        lateDrops,
        clockAdvance,
        unacknowledged);
  }

  /** What every task has reported, always in the same order. */
  public List<StageReport> reports() {
    return reports;
  }

  /** The reports of source stages, always in the same order. */
  List<StageReport> readers() {
    return readers;
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
  public boolean anyHasMore() {
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

  /** By stage, the earliest end of a main window that may still ask for a side input. */
  long[] viewHorizons() {
    return viewHorizons;
  }

  /**
   * When the next processing-time timer wakes up, in milliseconds; {@link Long#MAX_VALUE} if never.
   */
  public long nextWakeUp() {
    return nextWakeUp;
  }

  /** Whether something is to be acknowledged, or to be let in, after a commit. */
  public boolean awaitsCommit() {
    return awaitsCommit;
  }

  /** Whether records wait for a commit. */
  public boolean withholds() {
    return withholds;
  }

  /** How many records the sources read in the batch. */
  public long records() {
    return records;
  }

  /**
   * Whether a record came to any stage in the batch, from a source or from another stage, or event
   * time has fired something.
   *
   * @param before where the pipeline stood before the batch
   */
  boolean anythingHappened(PipelineStatus before) {
    for (int i = 0; i < reports.size(); i++) {
      StageReport report = reports.get(i);
      if (report.recordsIn() > 0
          || report.nextEventTime() != before.reports.get(i).nextEventTime()) {
        return true;
      }
    }
    return false;
  }

  /** How many records each stage dropped in the batch because they were late. */
  long[] lateDrops() {
    return lateDrops;
  }

  /** By how many milliseconds scripts move processing time behind the batch. */
  long clockAdvance() {
    return clockAdvance;
  }

  /** Whether acknowledgements wait for a commit that has been captured. */
  boolean isUnacknowledged() {
    return unacknowledged;
  }

  /** The earliest output watermark of any stage, in milliseconds. */
  public long watermark() {
    long min = EventTime.MAX;
    for (long watermark : watermarks) {
      min = Math.min(min, watermark);
    }
    return min;
  }

  /** Whether every watermark has reached the end of time. */
  public boolean isComplete() {
    return watermark() >= EventTime.MAX;
  }

  /** The sources from which nothing comes though they have not ended; empty if there are none. */
  String describeAwaited(Plan plan) {
    StringBuilder text = new StringBuilder();
    for (Stage stage : plan.stages()) {
      int id = stage.id();
      if (stage.isSource() && !sourceDone[id] && !hasMore[id]) {
        text.append(text.isEmpty() ? "" : ", ").append(stage.head().name());
        if (recordsWanted[id] > 0) {
          text.append(" (").append(recordsWanted[id]).append(" more)");
        }
      }
    }
    return text.toString();
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
