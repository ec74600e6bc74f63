package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import java.util.Objects;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/** What a DoFn can do at the end of a bundle: output in a time and window that it names. */
final class FinishContext extends DoFn<Object, Object>.FinishBundleContext {

  private final PipelineOptions options;
  private final DoFnOutputs outputs;

  FinishContext(DoFn<Object, Object> fn, PipelineOptions options, DoFnOutputs outputs) {
    fn.super();
    this.options = options;
    this.outputs = outputs;
  }

  @Override
  public PipelineOptions getPipelineOptions() {
    return options;
  }

  @Override
  public void output(Object output, Instant timestamp, BoundedWindow window) {
    emit(outputs.mainTarget(), output, timestamp, window);
  }

  @Override
  public <T> void output(TupleTag<T> tag, T output, Instant timestamp, BoundedWindow window) {
    emit(outputs.target(tag), output, timestamp, window);
  }

  private static void emit(
      Receiver target, Object output, Instant timestamp, BoundedWindow window) {
    Objects.requireNonNull(window, "The window of an output is null");
    target.process(output, Meta.of(timestamp.getMillis(), window, PaneInfo.NO_FIRING));
  }
}
