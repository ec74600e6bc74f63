package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.state.StateSize;
import dev.microbatch.executor.time.EventTime;

/** Finds what a pipeline waits for in which no batch hangs and nothing fails. */
final class Reason {

  private final Plan plan;
  private final Snapshot snapshot;
  private final Live live;
  private final TaskReports tasks;
  private final WatermarkChain chain;

  /**
   * Looks at a pipeline.
   *
   * @param plan what is run
   * @param snapshot the pipeline as it was behind a batch, its stages open
   * @param live what has been seen since
   */
  Reason(Plan plan, Snapshot snapshot, Live live) {
    this.plan = plan;
    this.snapshot = snapshot;
    this.live = live;
    this.tasks = new TaskReports(plan, snapshot.standing().reports());
    this.chain = WatermarkChain.of(tasks);
  }

  Explanation find() {
    StageReport root = chain.root();
    if (root == null) {
      return Explanation.of(
          Cause.IDLE, "Everything is worked off: the last commit is being written.");
    }
    return reason(root).with(chain.links());
  }

  private Explanation reason(StageReport root) {
    boolean atSource = tasks.stage(root).isSource();
    if (!atSource && chain.local() != null) {
      return held(root);
    }
    if (atSource && !root.sourceHasMore() && lasts(root)) {
      Explanation silent = new SilentSource(snapshot, live, tasks, chain, root).explain();
      if (silent != null) {
        return silent;
      }
    }
    if (snapshot.standing().behindNanos() != null) {
      return behind(snapshot.standing().behindNanos());
    }
    if (chain.local() != null) {
      return held(chain.local());
    }
    return next();
  }

  private static boolean isSame(StageReport task, StageReport other) {
    return task.stage() == other.stage() && task.partition() == other.partition();
  }

  private boolean lasts(StageReport task) {
    long moved =
        snapshot.standing().movedNanos()[task.stage() * snapshot.parallelism() + task.partition()];
    return live.nowNanos() - moved >= Explainer.LASTS_NANOS;
  }

  private Explanation about(StageReport task, Cause cause, String sentence) {
    return new Explanation(cause, sentence, tasks.step(task), task.partition(), chain.links());
  }

  /** A task holds the watermark, and waits for no other. */
  private Explanation held(StageReport task) {
    String step = "Step " + tasks.step(task);
    String stands = "; until then its watermark stands at " + at(task) + ".";
    return switch (task.hold()) {
      case RESIDUAL ->
          about(
              task,
              Cause.RESIDUAL,
              step + " has put off the rest of its work until " + due(task) + stands);
      case STABLE_INPUT -> about(task, Cause.STABLE_INPUT, step + stable(task));
      case SIDE_INPUT -> about(task, Cause.SIDE_INPUT, waiting(task));
      case TIMER, GROUP -> fires(task);
      case NONE, SOURCE, SETTLING ->
          about(task, Cause.READING, step + " continues with the next batch.");
    };
  }

  /** Something that fires at event time or at processing time. */
  private Explanation fires(StageReport task) {
    boolean atEventTime = task.nextEventTime() != Long.MAX_VALUE;
    boolean byClock = task.nextWakeUp() != Long.MAX_VALUE;
    boolean isRoot = chain.root() != null && isSame(task, chain.root());
    if (byClock && (isRoot || !atEventTime)) {
      return about(
          task,
          Cause.PROCESSING_TIMER,
          "Step "
              + tasks.step(task)
              + " waits until processing time is "
              + due(task)
              + "; until then its watermark stands at "
              + at(task)
              + ".");
    }
    if (!atEventTime) {
      return about(
          task,
          WatermarkChain.eventCause(tasks, task),
          "Step " + tasks.step(task) + " holds the watermark at " + at(task) + ".");
    }
    Cause cause = WatermarkChain.eventCause(tasks, task);
    return about(
        task,
        cause,
        (cause == Cause.WINDOW ? "The next window of step " : "The next timer of step ")
            + tasks.step(task)
            + " fires when the watermark is at "
            + Text.firing(task.nextEventTime())
            + "; it is at "
            + EventTime.describe(task.figures().inputWatermark())
            + (byClock ? ". It may fire earlier, when processing time is " + due(task) : "")
            + ".");
  }

  /** When processing time wakes a task. */
  private String due(StageReport task) {
    long wakeUp = task.nextWakeUp();
    if (wakeUp == StageReport.AT_ONCE || wakeUp <= live.nowMillis()) {
      return "the next batch";
    }
    return wakeUp == Long.MAX_VALUE
        ? "it is asked"
        : EventTime.describe(wakeUp) + ", in " + Text.millis(wakeUp - live.nowMillis());
  }

  private static String at(StageReport task) {
    return EventTime.describe(task.times().watermark());
  }

  private String withheld(StageReport task) {
    TaskFigures.Survey survey = snapshot.survey(task.stage(), task.partition());
    StateSize size = survey == null ? StateSize.NONE : survey.size();
    return size.withheld() == 0 ? "records" : Text.records(size.withheld());
  }

  private String stable(StageReport task) {
    CommitRecord commit = snapshot.commit();
    return " requires stable input: "
        + withheld(task)
        + " wait until the commit that contains them is durable. "
        + (commit == null
            ? "No commit of this process is yet."
            : "The last one is commit "
                + commit.commit()
                + ", "
                + Text.duration(live.nowNanos() - commit.nanos())
                + " ago.");
  }

  private String waiting(StageReport task) {
    String text =
        chain.links().stream()
            .filter(link -> link.stage() == task.stage() && link.partition() == task.partition())
            .map(Link::text)
            .findFirst()
            .orElseThrow();
    return "Step "
        + tasks.step(task)
        + " keeps "
        + withheld(task)
        + " back: "
        + text
        + "; it is at "
        + at(chain.root())
        + ".";
  }

  /** Sources have had more to read behind each batch for some time. */
  private Explanation behind(long sinceNanos) {
    BatchRecord last = snapshot.done().last();
    long lag = last == null ? 0 : last.endMillis() - last.watermark();
    Load load = Load.of(plan, snapshot);
    boolean lasts = live.nowNanos() - sinceNanos >= Explainer.LASTS_NANOS;
    if (!lasts || !anyUnboundedHasMore()) {
      return Explanation.of(Cause.READING, "Reads as fast as it can: " + load.describe() + ".");
    }
    boolean grows = lag > snapshot.standing().behindLagMillis();
    Cause cause = !grows ? Cause.READING : load.isSkewed() ? Cause.SKEWED : Cause.OVERLOADED;
    return new Explanation(
        cause,
        (grows ? "Falls behind" : "Catches up")
            + ": for "
            + Text.duration(live.nowNanos() - sinceNanos)
            + " sources have had more to read than a batch can take, and the watermark is "
            + Text.millis(lag)
            + " late. "
            + load.describe()
            + ".",
        load.stage().head().name(),
        load.partition(),
        chain.links());
  }

  private boolean anyUnboundedHasMore() {
    return tasks.all().stream()
        .anyMatch(
            task ->
                task.sourceHasMore()
                    && tasks.stage(task).head().spec() instanceof StepSpec.UnboundedRead);
  }

  /** Nothing holds, and nothing is to be read now. */
  private Explanation next() {
    StageReport event = tasks.nextEvent();
    if (event != null) {
      return fires(event);
    }
    StageReport wakeUp = tasks.nextWakeUp();
    if (wakeUp != null && wakeUp.nextWakeUp() != StageReport.AT_ONCE) {
      return fires(wakeUp);
    }
    boolean open = tasks.all().stream().anyMatch(task -> !task.sourceDone());
    boolean more = tasks.all().stream().anyMatch(StageReport::sourceHasMore);
    return open && !more
        ? Explanation.of(Cause.IDLE, "Idle: everything that has come is worked off" + awaited())
        : Explanation.of(Cause.READING, "The next batch follows.");
  }

  private String awaited() {
    StringBuilder text = new StringBuilder();
    for (Stage stage : plan.stages()) {
      long wanted = 0;
      boolean open = false;
      for (StageReport task : tasks.all()) {
        if (task.stage() == stage.id() && !task.sourceDone()) {
          open = true;
          wanted += task.recordsWanted();
        }
      }
      if (open) {
        text.append(text.isEmpty() ? ", waiting for records from " : ", ")
            .append(stage.head().name());
        if (wanted > 0) {
          text.append(" (").append(wanted).append(" more)");
        }
      }
    }
    return text.append('.').toString();
  }
}
