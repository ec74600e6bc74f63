package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.time.EventTime;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A source whose watermark has stood for long: which split keeps it there, and whether anything
 * waits for it.
 *
 * @param snapshot the pipeline as it was behind a batch
 * @param live what has been seen since
 * @param tasks the reports of all tasks
 * @param chain who holds the watermark; it ends at the source
 * @param source what the source has reported in the partition where it is earliest
 */
record SilentSource(
    Snapshot snapshot, Live live, TaskReports tasks, WatermarkChain chain, StageReport source) {

  /** Explains; null if the source has ended, or nothing waits for it. */
  @Nullable Explanation explain() {
    if (source.sourceDone() || !isWaitedFor()) {
      return null;
    }
    String held =
        "; "
            + tasks.stagesAt(source.times().watermark())
            + " of "
            + tasks.plan().stages().size()
            + " stages stand there.";
    Stage stage = tasks.stage(source);
    for (int after : stage.after()) {
      if (tasks.all().stream().anyMatch(task -> task.stage() == after && !task.sourceDone())) {
        return about(
            Cause.SIDE_INPUT,
            stage.head().name()
                + " is read when "
                + tasks.plan().stages().get(after).head().name()
                + " has ended, which a side input needs"
                + held);
      }
    }
    SplitStatus split = earliestSplit();
    if (split == null) {
      return about(
          Cause.SILENT_SPLIT,
          stage.head().name()
              + " gives nothing and stands at "
              + EventTime.describe(source.times().watermark())
              + held);
    }
    long idle = split.idleNanos() + live.nowNanos() - snapshot.standing().surveyNanos();
    return about(
        Cause.SILENT_SPLIT,
        "Split "
            + split.index()
            + " of "
            + stage.head().name()
            + " ("
            + split.name()
            + ") has given no record for "
            + Text.duration(idle)
            + ", and its reader says that it is at "
            + EventTime.describe(split.watermark())
            + others()
            + held);
  }

  private Explanation about(Cause cause, String sentence) {
    return new Explanation(cause, sentence, tasks.step(source), source.partition(), chain.links());
  }

  private @Nullable SplitStatus earliestSplit() {
    TaskFigures.Survey survey = snapshot.survey(source.stage(), source.partition());
    SplitStatus earliest = null;
    if (survey != null) {
      for (SplitStatus split : survey.splits()) {
        if (earliest == null || split.watermark() < earliest.watermark()) {
          earliest = split;
        }
      }
    }
    return earliest;
  }

  /** Where the other splits of a source are. */
  private String others() {
    int count = 0;
    long first = EventTime.MAX;
    for (int partition = 0; partition < snapshot.parallelism(); partition++) {
      TaskFigures.Survey survey = snapshot.survey(source.stage(), partition);
      if (survey != null) {
        for (SplitStatus split : survey.splits()) {
          if (split.watermark() > source.times().watermark()) {
            count++;
            first = Math.min(first, split.watermark());
          }
        }
      }
    }
    return count == 0
        ? ""
        : "; "
            + count
            + (count == 1 ? " other split is at " : " other splits are at ")
            + EventTime.describe(first)
            + (count == 1 ? "" : " or later");
  }

  /** Whether anything would happen if a source came further. */
  private boolean isWaitedFor() {
    if (chain.local() != null || tasks.nextEvent() != null || !others().isEmpty()) {
      return true;
    }
    for (StageReport task : tasks.all()) {
      boolean otherSource = tasks.stage(task).isSource() && task.stage() != source.stage();
      if ((otherSource && task.times().watermark() > source.times().watermark())
          || !task.awaitedViews().isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
