package dev.microbatch.executor.engine;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.state.SnapshotScope;
import java.io.Serializable;

/**
 * What of each task a commit captures as a whole, and not only what has changed in it. Known before
 * the commit batch, so that each task can capture at its end.
 *
 * <p>Immutable.
 */
public final class CaptureScopes implements Serializable {

  private static final long serialVersionUID = 1L;

  private final SnapshotScope[][] byStage;

  private CaptureScopes(SnapshotScope[][] byStage) {
    this.byStage = byStage;
  }

  /** Says what of a task is to be captured as a whole. */
  @FunctionalInterface
  public interface Choice {
    /**
     * Asks about one task.
     *
     * @param step the name of the head of its stage
     * @param partition its partition
     */
    SnapshotScope of(String step, int partition);
  }

  /**
   * Asks about every task.
   *
   * @param plan the plan
   * @param parallelism how many partitions each stage has
   * @param choice is asked
   */
  public static CaptureScopes of(Plan plan, int parallelism, Choice choice) {
    SnapshotScope[][] byStage = new SnapshotScope[plan.stages().size()][parallelism];
    for (int stage = 0; stage < byStage.length; stage++) {
      String step = plan.stages().get(stage).head().name();
      for (int partition = 0; partition < parallelism; partition++) {
        byStage[stage][partition] = choice.of(step, partition);
      }
    }
    return new CaptureScopes(byStage);
  }

  /** What is to be captured of a task as a whole. */
  public SnapshotScope of(int stage, int partition) {
    return byStage[stage][partition];
  }
}
