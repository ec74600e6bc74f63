package dev.microbatch.executor.batch;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.stage.Times;
import dev.microbatch.executor.time.EventTime;
import java.util.Map;

/** A report of a source that is open and has nothing, unless a test says otherwise. */
final class ReportBuilder {

  /** Those of a task to which nothing has come. */
  static final TaskFigures NO_FIGURES =
      new TaskFigures(0, new long[0], EventTime.MIN, 0, 0, 0, null);

  final int stage;
  final int partition;
  long watermark = EventTime.MIN;
  long nextWakeUp = Long.MAX_VALUE;
  boolean hasMore;
  boolean done;
  long records;
  boolean awaitsCommit;
  boolean withholds;
  long nextEventTime = Long.MAX_VALUE;
  long clockAdvance;
  boolean unacknowledged;

  ReportBuilder(int stage, int partition) {
    this.stage = stage;
    this.partition = partition;
  }

  StageReport build() {
    return new StageReport(
        stage,
        partition,
        new Times(watermark, 0),
        nextWakeUp,
        hasMore,
        done,
        0,
        records,
        0,
        awaitsCommit,
        withholds,
        nextEventTime,
        Map.of(),
        EventTime.MAX,
        EventTime.MAX,
        HoldKind.NONE,
        EventTime.MAX,
        clockAdvance,
        unacknowledged,
        ReportBuilder.NO_FIGURES);
  }
}
