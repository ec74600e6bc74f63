package dev.microbatch.executor.monitor;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Who holds the watermark: from the last task with the earliest watermark up to the one where it is
 * held and nobody before it is waited for. A pure function of what all tasks have reported.
 */
public final class WatermarkChain {

  private final TaskReports tasks;
  private final List<Link> links = new ArrayList<>();

  /** The first task on the way that holds the watermark itself, or null. */
  private @Nullable StageReport local;

  /** The last task on the way; null if every watermark is at the end of time. */
  private @Nullable StageReport root;

  private WatermarkChain(TaskReports tasks) {
    this.tasks = tasks;
    StageReport next = tasks.earliest();
    while (next != null) {
      root = next;
      next = step(next);
    }
  }

  static WatermarkChain of(TaskReports tasks) {
    return new WatermarkChain(tasks);
  }

  /**
   * Describes it, a line for each task; empty if every watermark is at the end of time.
   *
   * @param plan what is run
   * @param reports one for each stage and partition
   */
  public static String describe(Plan plan, List<StageReport> reports) {
    StringBuilder text = new StringBuilder();
    for (Link link : new WatermarkChain(new TaskReports(plan, reports)).links) {
      text.append("\n  ")
          .append(link.step())
          .append(", partition ")
          .append(link.partition())
          .append(", at ")
          .append(EventTime.describe(link.watermark()))
          .append(": ")
          .append(link.text());
    }
    return text.toString();
  }

  List<Link> links() {
    return links;
  }

  @Nullable StageReport local() {
    return local;
  }

  @Nullable StageReport root() {
    return root;
  }

  /** Adds a task; gives the one that it waits for, or null if it waits for none. */
  private @Nullable StageReport step(StageReport task) {
    if (tasks.stage(task).isSource()) {
      add(task, source(task));
      return null;
    }
    switch (task.hold()) {
      case NONE, SOURCE:
        add(task, "so far has come what it works on");
        return tasks.before(task);
      case SETTLING:
        add(task, "follows in the next batch");
        return null;
      case TIMER, GROUP:
        local = local == null ? task : local;
        add(task, holding(task));
        return waitsForEventTime(task) ? tasks.before(task) : null;
      case RESIDUAL:
        local = local == null ? task : local;
        add(task, "what is left of its work holds the watermark, and is done later");
        return null;
      case SIDE_INPUT:
        local = local == null ? task : local;
        return sideInput(task);
      case STABLE_INPUT:
        local = local == null ? task : local;
        add(task, "its records wait for a commit");
        return null;
    }
    throw new IllegalStateException("there is no such hold: " + task.hold());
  }

  private static String source(StageReport task) {
    if (task.sourceHasMore()) {
      return "reads on";
    }
    return task.sourceDone() ? "has ended" : "so far its reader says it has come";
  }

  /**
   * Whether what holds the output is released by the watermark. A window may fire earlier, but is
   * gone only then. Of timers, those of processing time hold in any case, and those of event time
   * only if they are to output something earlier than when they fire: so where there are both, it
   * is the former that is named.
   */
  private static boolean waitsForEventTime(StageReport task) {
    return task.nextEventTime() != Long.MAX_VALUE
        && (task.hold() == HoldKind.GROUP || task.nextWakeUp() == Long.MAX_VALUE);
  }

  private String holding(StageReport task) {
    String what = task.hold() == HoldKind.GROUP ? "a window that has not fired" : "a timer";
    if (waitsForEventTime(task)) {
      return what + " holds it until the watermark is at " + Text.firing(task.nextEventTime());
    }
    return task.nextWakeUp() == Long.MAX_VALUE
        ? what + " holds it"
        : what + " holds it until processing time is " + EventTime.describe(task.nextWakeUp());
  }

  private StageReport sideInput(StageReport task) {
    StageReport earliest = null;
    int by = -1;
    long until = 0;
    for (Map.Entry<Integer, Long> awaited : task.awaitedViews().entrySet()) {
      StageReport sender = tasks.sender(awaited.getKey(), task.partition());
      boolean missing = sender.times().watermark() < awaited.getValue();
      if (missing
          && (earliest == null || sender.times().watermark() < earliest.times().watermark())) {
        earliest = sender;
        by = awaited.getKey();
        until = awaited.getValue();
      }
    }
    if (earliest == null) {
      add(task, "its records are let in with the next batch");
      return null;
    }
    add(
        task,
        "its records wait for the side input "
            + tasks.plan().exchanges().get(by).name()
            + ", until the watermark of that is at "
            + Text.firing(until));
    return earliest;
  }

  private void add(StageReport task, String text) {
    links.add(
        new Link(
            task.stage(),
            tasks.step(task),
            task.partition(),
            task.hold(),
            task.times().watermark(),
            text));
  }

  /** What a task waits for that fires at event time. */
  static Cause eventCause(TaskReports tasks, StageReport task) {
    return tasks.stage(task).head().spec() instanceof StepSpec.GroupByKey
        ? Cause.WINDOW
        : Cause.EVENT_TIMER;
  }
}
