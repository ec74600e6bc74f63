package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.time.EventTime;
import java.util.Collection;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** What a DoFn can ask and do about the timer that fires. One per operator, for every timer. */
final class TimerContext extends DoFn<Object, Object>.OnTimerContext {

  private final PipelineOptions options;
  private final CurrentElement current;
  private final DoFnOutputs outputs;
  private final CurrentScope scope;
  private @Nullable FiredTimer timer;

  TimerContext(
      DoFn<Object, Object> fn,
      PipelineOptions options,
      CurrentElement current,
      DoFnOutputs outputs,
      CurrentScope scope) {
    fn.super();
    this.options = options;
    this.current = current;
    this.outputs = outputs;
    this.scope = scope;
  }

  /** Moves on to another timer. */
  void set(FiredTimer next) {
    timer = next;
  }

  /** The timer that fires. */
  FiredTimer timer() {
    return timer;
  }

  @Override
  public PipelineOptions getPipelineOptions() {
    return options;
  }

  @Override
  public Instant timestamp() {
    return current.meta().instant();
  }

  @Override
  public Instant fireTimestamp() {
    return EventTime.instant(timer.timestamp());
  }

  @Override
  public BoundedWindow window() {
    return scope.window().window();
  }

  @Override
  public TimeDomain timeDomain() {
    return timer.id().domain();
  }

  @Override
  public CausedByDrain causedByDrain() {
    return timer.cause();
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
