package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.Map;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.runners.core.SplittableProcessElementInvoker;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.ProcessContinuation;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker.BaseArgumentProvider;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.TruncateResult;
import org.apache.beam.sdk.transforms.splittabledofn.WatermarkEstimator;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.WindowedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Processes restrictions as another invoker does; in a drain it first truncates each one, once, to
 * what the DoFn says is still to be done. A DoFn that says nothing finishes what is bounded and
 * drops what is not.
 *
 * <p>Not thread-safe: owned by one operator.
 */
final class TruncatingInvoker
    extends SplittableProcessElementInvoker<Object, Object, Object, Object, Object> {

  private final SplittableProcessElementInvoker<Object, Object, Object, Object, Object> inner;
  private final StageTimes times;
  private final PipelineOptions options;
  private final SideInputReader sideInputs;
  private boolean truncated;

  /**
   * Creates the invoker.
   *
   * @param inner what processes
   * @param times say whether the pipeline is being drained
   * @param options the pipeline's options, for user code
   * @param sideInputs the side inputs, for user code
   */
  TruncatingInvoker(
      SplittableProcessElementInvoker<Object, Object, Object, Object, Object> inner,
      StageTimes times,
      PipelineOptions options,
      SideInputReader sideInputs) {
    this.inner = inner;
    this.times = times;
    this.options = options;
    this.sideInputs = sideInputs;
  }

  /** Says whether the restriction that comes next is what is left of a truncated one. */
  void expect(boolean isTruncated) {
    truncated = isTruncated;
  }

  @Override
  public Result invokeProcessElement(
      DoFnInvoker<Object, Object> invoker,
      WindowedValue<Object> element,
      RestrictionTracker<Object, Object> tracker,
      WatermarkEstimator<Object> estimator,
      Map<String, PCollectionView<?>> sideInputMapping) {
    if (!times.isDraining()) {
      return inner.invokeProcessElement(invoker, element, tracker, estimator, sideInputMapping);
    }
    WindowedValue<Object> drained =
        Meta.of(element)
            .withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN)
            .toWindowedValue(element.getValue());
    RestrictionTracker<Object, Object> rest =
        truncated ? tracker : truncate(invoker, drained, tracker, sideInputMapping);
    return rest == null
        ? new Result(null, ProcessContinuation.stop(), null, null)
        : inner.invokeProcessElement(invoker, drained, rest, estimator, sideInputMapping);
  }

  /** A tracker of what is still to be done, or null if nothing is. */
  private @Nullable RestrictionTracker<Object, Object> truncate(
      DoFnInvoker<Object, Object> invoker,
      WindowedValue<Object> element,
      RestrictionTracker<Object, Object> tracker,
      Map<String, PCollectionView<?>> sideInputMapping) {
    Object restriction = tracker.currentRestriction();
    TruncateResult<Object> result =
        invoker.invokeTruncateRestriction(
            new Arguments(element, restriction, tracker, sideInputMapping));
    return result == null
        ? null
        : invoker.invokeNewTracker(
            new Arguments(element, result.getTruncatedRestriction(), null, sideInputMapping));
  }

  /** What the DoFn's methods about restrictions may ask for. */
  private final class Arguments extends BaseArgumentProvider<Object, Object> {
    private final WindowedValue<Object> element;
    private final Object restriction;
    private final @Nullable RestrictionTracker<Object, Object> tracker;
    private final Map<String, PCollectionView<?>> sideInputMapping;

    Arguments(
        WindowedValue<Object> element,
        Object restriction,
        @Nullable RestrictionTracker<Object, Object> tracker,
        Map<String, PCollectionView<?>> sideInputMapping) {
      this.element = element;
      this.restriction = restriction;
      this.tracker = tracker;
      this.sideInputMapping = sideInputMapping;
    }

    @Override
    public Object element(DoFn<Object, Object> doFn) {
      return element.getValue();
    }

    @Override
    public Object restriction() {
      return restriction;
    }

    @Override
    public @Nullable RestrictionTracker<?, ?> restrictionTracker() {
      return tracker;
    }

    @Override
    public Instant timestamp(DoFn<Object, Object> doFn) {
      return element.getTimestamp();
    }

    @Override
    public PaneInfo paneInfo(DoFn<Object, Object> doFn) {
      return element.getPaneInfo();
    }

    @Override
    public BoundedWindow window() {
      return element.getWindows().iterator().next(); // a pair is in one window
    }

    @Override
    public PipelineOptions pipelineOptions() {
      return options;
    }

    @Override
    public @Nullable Object sideInput(String tagId) {
      PCollectionView<?> view = sideInputMapping.get(tagId);
      return sideInputs.get(view, view.getWindowMappingFn().getSideInputWindow(window()));
    }

    @Override
    public String getErrorContext() {
      return "truncation of a restriction";
    }
  }
}
