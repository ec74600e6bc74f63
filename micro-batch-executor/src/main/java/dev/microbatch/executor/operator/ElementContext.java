package dev.microbatch.executor.operator;

import java.util.Collection;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * What a DoFn can ask and do about the element it processes. One per operator, for every element.
 */
final class ElementContext extends DoFn<Object, Object>.ProcessContext {

  private final PipelineOptions options;
  private final CurrentElement current;
  private final DoFnOutputs outputs;
  private final SideInputAccess sideInputs;

  ElementContext(
      DoFn<Object, Object> fn,
      PipelineOptions options,
      CurrentElement current,
      DoFnOutputs outputs,
      SideInputAccess sideInputs) {
    fn.super();
    this.options = options;
    this.current = current;
    this.outputs = outputs;
    this.sideInputs = sideInputs;
  }

  @Override
  public PipelineOptions getPipelineOptions() {
    return options;
  }

  @Override
  public Object element() {
    return current.value();
  }

  @Override
  public <T> T sideInput(PCollectionView<T> view) {
    return sideInputs.get(view, current.meta().window());
  }

  @Override
  public Instant timestamp() {
    return current.meta().instant();
  }

  @Override
  public PaneInfo pane() {
    return current.meta().pane();
  }

  @Override
  public @Nullable String currentRecordId() {
    return current.meta().recordId();
  }

  @Override
  public @Nullable Long currentRecordOffset() {
    return current.meta().recordOffset();
  }

  @Override
  public CausedByDrain causedByDrain() {
    return current.meta().causedByDrain();
  }

  @Override
  public void output(Object output) {
    outputs.main().output(output);
  }

  @Override
  public void outputWithTimestamp(Object output, Instant timestamp) {
    outputs.main().outputWithTimestamp(output, timestamp);
  }

  @Override
  public void outputWindowedValue(
      Object output,
      Instant timestamp,
      Collection<? extends BoundedWindow> windows,
      PaneInfo paneInfo) {
    outputs.main().outputWindowedValue(output, timestamp, windows, paneInfo);
  }

  @Override
  public void outputWindowedValue(WindowedValue<Object> windowedValue) {
    outputs.main().output(windowedValue);
  }

  @Override
  public <T> void output(TupleTag<T> tag, T output) {
    outputs.get(tag).output(output);
  }

  @Override
  public <T> void outputWithTimestamp(TupleTag<T> tag, T output, Instant timestamp) {
    outputs.get(tag).outputWithTimestamp(output, timestamp);
  }

  @Override
  public <T> void outputWindowedValue(
      TupleTag<T> tag,
      T output,
      Instant timestamp,
      Collection<? extends BoundedWindow> windows,
      PaneInfo paneInfo) {
    outputs.get(tag).outputWindowedValue(output, timestamp, windows, paneInfo);
  }

  @Override
  public <T> void outputWindowedValue(TupleTag<T> tag, WindowedValue<T> windowedValue) {
    outputs.get(tag).output(windowedValue);
  }
}
