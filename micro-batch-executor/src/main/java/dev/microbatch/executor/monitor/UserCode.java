package dev.microbatch.executor.monitor;

import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Finds user code, and the step that it belongs to, in what threads are doing. */
final class UserCode {

  private static final List<String> MACHINERY =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "dev.microbatch.executor.",
          "dev.microbatch.encoded.",
          "org.apache.beam.sdk.",
          "org.apache.beam.runners.",
          "org.apache.beam.vendor.");

  private static final String QUEUES = "dev.microbatch.executor.engine.Switchboard";

  private UserCode() {}

  /**
   * Where a thread is.
   *
   * @param partition its partition
   * @param step the step that it is in, or all that it may be in
   * @param frame the innermost call of user code, or of a library that is called by it
   */
  record Place(int partition, String step, StackTraceElement frame) {}

  /** Where the first thread is that is not waiting for others; null if there is none. */
  static @Nullable Place find(Plan plan, List<Activity> activities) {
    Place any = null;
    for (Activity activity : activities) {
      StackTraceElement frame = frame(activity);
      if (frame != null) {
        return new Place(activity.partition(), step(plan, activity), frame);
      }
      if (any == null && !waits(activity) && !activity.stack().isEmpty()) {
        any = new Place(activity.partition(), step(plan, activity), library(activity.stack()));
      }
    }
    return any;
  }

  /** Whether the thread waits for another one, though user code may have led it there. */
  private static boolean waits(Activity activity) {
    for (StackTraceElement frame : activity.stack()) {
      if (frame.getClassName().equals(QUEUES)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable StackTraceElement frame(Activity activity) {
    if (waits(activity)) {
      return null;
    }
    for (StackTraceElement frame : activity.stack()) {
      if (MACHINERY.stream().noneMatch(frame.getClassName()::startsWith)) {
        return frame;
      }
    }
    return null;
  }

  /** The innermost call that is none of Java's own. */
  private static StackTraceElement library(List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      if (MACHINERY.subList(0, 5).stream().noneMatch(frame.getClassName()::startsWith)) {
        return frame;
      }
    }
    return stack.get(0);
  }

  /** The step whose function is the innermost one on the stack; all of the stage's if none is. */
  private static String step(Plan plan, Activity activity) {
    Stage stage = plan.stages().get(activity.stage());
    for (StackTraceElement frame : activity.stack()) {
      for (Step step : stage.steps()) {
        for (Object function : functions(step.spec())) {
          String name = function.getClass().getName();
          if (frame.getClassName().equals(name) || frame.getClassName().startsWith(name + "$")) {
            return step.name();
          }
        }
      }
    }
    return stage.steps().stream().map(Step::name).collect(Collectors.joining(" or "));
  }

  private static List<Object> functions(StepSpec spec) {
    List<Object> functions = new ArrayList<>();
    if (spec instanceof StepSpec.ParDo parDo) {
      functions.add(parDo.fn());
    } else if (spec instanceof StepSpec.SplittableProcess splittable) {
      functions.add(splittable.parDo().fn());
    } else if (spec instanceof StepSpec.PreCombine combine) {
      functions.add(combine.combineFn());
    } else if (spec instanceof StepSpec.GroupByKey group && group.combine() != null) {
      functions.add(group.combine().combineFn());
    } else if (spec instanceof StepSpec.AssignWindows assign) {
      functions.add(assign.windowFn());
    } else if (spec instanceof StepSpec.UnboundedRead read) {
      functions.add(read.source());
    } else if (spec instanceof StepSpec.BoundedRead read) {
      functions.add(read.source());
    }
    return functions;
  }
}
