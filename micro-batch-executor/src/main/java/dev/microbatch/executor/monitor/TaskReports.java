package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The reports of all tasks, and which of them stand before which. */
final class TaskReports {

  private final Plan plan;
  private final List<StageReport> all;
  private final StageReport[][] byStage;

  /**
   * Takes the reports of all tasks.
   *
   * @param plan what is run
   * @param all one for each stage and partition
   */
  TaskReports(Plan plan, List<StageReport> all) {
    this.plan = plan;
    this.all = all;
    int stages = plan.stages().size();
    this.byStage = new StageReport[stages][stages == 0 ? 0 : all.size() / stages];
    for (StageReport report : all) {
      byStage[report.stage()][report.partition()] = report;
    }
  }

  List<StageReport> all() {
    return all;
  }

  Stage stage(StageReport of) {
    return plan.stages().get(of.stage());
  }

  String step(StageReport of) {
    return stage(of).head().name();
  }

  Plan plan() {
    return plan;
  }

  /** The task with the earliest watermark before the end of time, the last one of several. */
  @Nullable StageReport earliest() {
    StageReport earliest = null;
    for (StageReport[] stage : byStage) {
      for (StageReport report : stage) {
        long watermark = report.times().watermark();
        if (watermark < EventTime.MAX
            && (earliest == null
                || watermark < earliest.times().watermark()
                || (watermark == earliest.times().watermark()
                    && report.stage() > earliest.stage()))) {
          earliest = report;
        }
      }
    }
    return earliest;
  }

  /** Of the tasks that send to a task by its main inputs, the one with the earliest watermark. */
  StageReport before(StageReport of) {
    StageReport earliest = null;
    for (int exchange : stage(of).mainInputs()) {
      StageReport candidate = sender(exchange, of.partition());
      if (earliest == null || candidate.times().watermark() < earliest.times().watermark()) {
        earliest = candidate;
      }
    }
    return earliest;
  }

  /** Of the tasks that send to a partition by an exchange, the one with the earliest watermark. */
  StageReport sender(int exchange, int partition) {
    Exchange from = plan.exchanges().get(exchange);
    StageReport[] senders = byStage[from.fromStage()];
    if (from.kind() == Exchange.Kind.FORWARD) {
      return senders[partition];
    }
    StageReport earliest = senders[0];
    for (StageReport sender : senders) {
      if (sender.times().watermark() < earliest.times().watermark()) {
        earliest = sender;
      }
    }
    return earliest;
  }

  /** The task that fires something at the earliest watermark; null if none does. */
  @Nullable StageReport nextEvent() {
    StageReport next = null;
    for (StageReport report : all) {
      if (report.nextEventTime() < (next == null ? Long.MAX_VALUE : next.nextEventTime())) {
        next = report;
      }
    }
    return next;
  }

  /** The task that processing time wakes first; null if it wakes none. */
  @Nullable StageReport nextWakeUp() {
    StageReport next = null;
    for (StageReport report : all) {
      if (report.nextWakeUp() < (next == null ? Long.MAX_VALUE : next.nextWakeUp())) {
        next = report;
      }
    }
    return next;
  }

  /** How many stages stand at a watermark, in milliseconds. */
  int stagesAt(long watermark) {
    int count = 0;
    for (StageReport[] stage : byStage) {
      long earliest = EventTime.MAX;
      for (StageReport report : stage) {
        earliest = Math.min(earliest, report.times().watermark());
      }
      count += earliest == watermark ? 1 : 0;
    }
    return count;
  }
}
