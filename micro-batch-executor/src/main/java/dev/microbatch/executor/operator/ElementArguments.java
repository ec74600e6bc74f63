package dev.microbatch.executor.operator;

import dev.microbatch.executor.plan.StepSpec;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker.BaseArgumentProvider;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.Row;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * The arguments of a {@code @ProcessElement} method. One per operator, for every element; what
 * needs state or timers is refused here.
 */
class ElementArguments extends BaseArgumentProvider<Object, Object> {

  private final OperatorContext step;
  private final CurrentElement current;
  private final DoFnOutputs outputs;
  private final SideInputAccess sideInputs;
  private final List<SerializableFunction<?, ?>> elementConverters;
  private final ElementContext context;

  ElementArguments(
      DoFn<Object, Object> fn,
      StepSpec.ParDo spec,
      OperatorContext step,
      CurrentElement current,
      DoFnOutputs outputs,
      SideInputAccess sideInputs) {
    this.step = step;
    this.current = current;
    this.outputs = outputs;
    this.sideInputs = sideInputs;
    this.elementConverters = List.copyOf(spec.schemaInformation().getElementConverters());
    this.context = new ElementContext(fn, step.options(), current, outputs, sideInputs);
  }

  @Override
  public DoFn<Object, Object>.ProcessContext processContext(DoFn<Object, Object> doFn) {
    return context;
  }

  @Override
  public Object element(DoFn<Object, Object> doFn) {
    return current.value();
  }

  @Override
  @SuppressWarnings("unchecked") // Translation made the converters for this input.
  public @Nullable Object schemaElement(int index) {
    return ((SerializableFunction<Object, Object>) elementConverters.get(index))
        .apply(current.value());
  }

  @Override
  public Instant timestamp(DoFn<Object, Object> doFn) {
    return current.meta().instant();
  }

  @Override
  public BoundedWindow window() {
    return current.meta().window();
  }

  @Override
  public PaneInfo paneInfo(DoFn<Object, Object> doFn) {
    return current.meta().pane();
  }

  @Override
  public CausedByDrain causedByDrain(DoFn<Object, Object> doFn) {
    return current.meta().causedByDrain();
  }

  @Override
  public PipelineOptions pipelineOptions() {
    return step.options();
  }

  @Override
  public @Nullable Object sideInput(String tagId) {
    return sideInputs.get(tagId, current.meta().window());
  }

  @Override
  public OutputReceiver<Object> outputReceiver(DoFn<Object, Object> doFn) {
    return outputs.main();
  }

  @Override
  public OutputReceiver<Row> outputRowReceiver(DoFn<Object, Object> doFn) {
    return outputs.mainRows();
  }

  @Override
  public MultiOutputReceiver taggedOutputReceiver(DoFn<Object, Object> doFn) {
    return outputs;
  }

  @Override
  public BundleFinalizer bundleFinalizer() {
    return step.finalizer();
  }

  @Override
  public String getErrorContext() {
    return "@ProcessElement of " + step.stepName();
  }
}
