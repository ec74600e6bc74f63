package dev.microbatch.executor.operator;

import dev.microbatch.executor.view.SideInputs;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Holds records back whose side inputs are not ready. */
final class PushbackOperator extends WithholdingOperator {

  private final List<PCollectionView<?>> views;
  private final SideInputs sideInputs;
  private @Nullable BoundedWindow lastReady;

  /**
   * Creates the operator.
   *
   * @param inner what processes the records
   * @param views the side inputs that must be ready
   * @param sideInputs what has come of them
   * @param times the stage's times
   * @param form how records are encoded
   */
  PushbackOperator(
      Operator inner,
      List<PCollectionView<?>> views,
      SideInputs sideInputs,
      StageTimes times,
      StateForm form) {
    super(inner, "side inputs", times, form);
    this.views = views;
    this.sideInputs = sideInputs;
  }

  @Override
  boolean isReady(BoundedWindow window, long batch) {
    if (window.equals(lastReady)) {
      return true;
    }
    for (PCollectionView<?> view : views) {
      if (!sideInputs.isReady(view, view.getWindowMappingFn().getSideInputWindow(window))) {
        return false;
      }
    }
    lastReady = window;
    return true;
  }
}
