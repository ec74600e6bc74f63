package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.StageState;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * Holds every record back until the commit that contains it is durable, so that a retry sees the
 * same records again ({@code @RequiresStableInput}).
 */
final class StableInputOperator extends WithholdingOperator {

  private final StageTimes times;

  /**
   * Creates the operator.
   *
   * @param inner what processes the records
   * @param times the stage's times
   * @param state where records wait
   */
  StableInputOperator(Operator inner, StageTimes times, StageState state) {
    super(inner, times, state.withheld("stable input"));
    this.times = times;
  }

  @Override
  HoldKind waitsFor() {
    return HoldKind.STABLE_INPUT;
  }

  @Override
  boolean isReady(BoundedWindow window, long batch) {
    return batch <= times.durableCommit();
  }

  /** A bundle is needed only if the record that has waited longest may come in. */
  @Override
  public boolean hasBuffered() {
    return !withheld().isEmpty()
        && isReady(withheld().first().meta().window(), withheld().first().batch());
  }

  @Override
  public boolean awaitsCommit() {
    return !withheld().isEmpty() || super.awaitsCommit();
  }
}
