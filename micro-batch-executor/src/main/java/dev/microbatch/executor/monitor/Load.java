package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where most of the work of about the last ten seconds was.
 *
 * @param stage the stage with the busiest task
 * @param partition the partition of that task
 * @param busyNanos how long that task was busy
 * @param otherNanos how long the other partitions of the stage were busy, on average
 * @param wallNanos in how long a time
 */
record Load(Stage stage, int partition, long busyNanos, long otherNanos, long wallNanos) {

  /**
   * By how much the busiest partition exceeds the average of the others where a stage is skewed.
   */
  private static final int SKEW = 3;

  private static final Set<Class<? extends StepSpec>> WORK =
      Set.of(
          StepSpec.ParDo.class,
          StepSpec.SplittableProcess.class,
          StepSpec.GroupByKey.class,
          StepSpec.PreCombine.class,
          StepSpec.BoundedRead.class,
          StepSpec.UnboundedRead.class);

  /** Finds the busiest task. */
  static Load of(Plan plan, Snapshot snapshot) {
    Snapshot.Done done = snapshot.done();
    Load busiest = null;
    for (Stage stage : plan.stages()) {
      Load load = of(stage, snapshot.parallelism(), done);
      if (busiest == null || load.busyNanos > busiest.busyNanos) {
        busiest = load;
      }
    }
    return busiest;
  }

  private static Load of(Stage stage, int parallelism, Snapshot.Done done) {
    long sum = 0;
    long most = -1;
    int busiest = 0;
    for (int partition = 0; partition < parallelism; partition++) {
      long busy = done.recent(stage.id(), partition).busyNanos();
      sum += busy;
      if (busy > most) {
        most = busy;
        busiest = partition;
      }
    }
    long others = parallelism == 1 ? most : (sum - most) / (parallelism - 1);
    return new Load(stage, busiest, most, others, done.recentNanos());
  }

  /** Whether one partition does most of the stage's work. */
  boolean isSkewed() {
    return busyNanos > SKEW * otherNanos;
  }

  /** The steps that are likely to be the work: those of users, of groupings and of sources. */
  private String steps() {
    String steps =
        stage.steps().stream()
            .filter(step -> WORK.contains(step.spec().getClass()))
            .map(Step::name)
            .collect(Collectors.joining(", "));
    return steps.isEmpty() ? stage.head().name() : steps;
  }

  /** Says it. */
  String describe() {
    String busy =
        steps()
            + " is busy for "
            + Text.percent(busyNanos, wallNanos)
            + " of the time in partition "
            + partition;
    return isSkewed()
        ? busy + ", the other partitions for " + Text.percent(otherNanos, wallNanos)
        : busy;
  }
}
