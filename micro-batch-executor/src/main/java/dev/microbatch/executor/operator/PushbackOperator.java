package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.view.SideInputs;
import java.util.List;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;

/**
 * Holds records back whose side inputs are not ready, and drops those that are too late for them:
 * whose window is behind its allowed lateness, and whose side input may have been forgotten. Such a
 * one must not read a view that only looks empty.
 */
final class PushbackOperator extends WithholdingOperator {

  private final List<PCollectionView<?>> views;
  private final SideInputs sideInputs;
  private final StageTimes times;
  private final Duration allowedLateness;
  private final KeyCodec<BoundedWindow> windowCodec;
  private final Counter dropped =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);

  /**
   * The comparable form of the last window that was ready. Nothing is forgotten within a batch, so
   * there it stays so.
   */
  private @Nullable Object lastReady;

  private long lastReadyBatch;

  /**
   * Creates the operator.
   *
   * @param inner what processes the records
   * @param views the side inputs that must be ready
   * @param sideInputs what has come of them
   * @param allowedLateness of the records
   * @param times the stage's times
   * @param state where records wait
   */
  PushbackOperator(
      Operator inner,
      List<PCollectionView<?>> views,
      SideInputs sideInputs,
      Duration allowedLateness,
      StageTimes times,
      StageState state) {
    super(inner, times, state.withheld("side inputs"));
    this.views = views;
    this.sideInputs = sideInputs;
    this.allowedLateness = allowedLateness;
    this.times = times;
    this.windowCodec = KeyCodec.of(state.layout().windowCoder());
  }

  @Override
  HoldKind waitsFor() {
    return HoldKind.SIDE_INPUT;
  }

  @Override
  boolean isReady(BoundedWindow window, long batch) {
    Object comparable = windowCodec.comparable(window);
    if (comparable.equals(lastReady) && times.batch() == lastReadyBatch) {
      return true;
    }
    long earliestEnd = times.earliestEnd(allowedLateness);
    for (PCollectionView<?> view : views) {
      BoundedWindow of = view.getWindowMappingFn().getSideInputWindow(window);
      if (sideInputs.isForgotten(view, of, earliestEnd) || !sideInputs.isReady(view, of)) {
        return false;
      }
    }
    lastReady = comparable;
    lastReadyBatch = times.batch();
    return true;
  }

  @Override
  boolean isTooLate(BoundedWindow window) {
    long earliestEnd = times.earliestEnd(allowedLateness);
    for (PCollectionView<?> view : views) {
      BoundedWindow of = view.getWindowMappingFn().getSideInputWindow(window);
      if (sideInputs.isForgotten(view, of, earliestEnd)) {
        checkLookback(view, window, of, earliestEnd);
        return true;
      }
    }
    return false;
  }

  private static void checkLookback(
      PCollectionView<?> view, BoundedWindow window, BoundedWindow of, long earliestEnd) {
    if (window.maxTimestamp().getMillis() >= earliestEnd) {
      throw new IllegalStateException(
          "The side input window "
              + of
              + " was given up before "
              + window
              + " asked for it: the WindowMappingFn "
              + view.getWindowMappingFn()
              + " looks back further than its maximumLookback of "
              + view.getWindowMappingFn().maximumLookback()
              + ". Pass the greatest distance between the ends of two such windows to its"
              + " constructor");
    }
  }

  @Override
  void drop(BoundedWindow window) {
    dropped.inc();
  }
}
