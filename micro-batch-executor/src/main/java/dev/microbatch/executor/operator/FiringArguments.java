package dev.microbatch.executor.operator;

import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker.BaseArgumentProvider;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.Row;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * What the arguments of {@code @OnTimer} and {@code @OnWindowExpiration} methods have in common.
 * What there is no element for is refused. One per operator, for every timer.
 */
abstract class FiringArguments extends BaseArgumentProvider<Object, Object> {

  private final OperatorContext step;
  private final CurrentElement current;
  private final DoFnOutputs outputs;
  private final CurrentScope scope;
  private final StateSlots states;

  /**
   * Creates the arguments.
   *
   * @param step the operator's surroundings
   * @param current where the metadata of outputs is
   * @param outputs the outputs
   * @param scope the key and window
   * @param states the states
   */
  FiringArguments(
      OperatorContext step,
      CurrentElement current,
      DoFnOutputs outputs,
      CurrentScope scope,
      StateSlots states) {
    this.step = step;
    this.current = current;
    this.outputs = outputs;
    this.scope = scope;
    this.states = states;
  }

  @Override
  public final @Nullable Object key() {
    return scope.scope().key().key();
  }

  @Override
  public final BoundedWindow window() {
    return scope.window().window();
  }

  @Override
  public final Instant timestamp(DoFn<Object, Object> doFn) {
    return current.meta().instant();
  }

  @Override
  public final PipelineOptions pipelineOptions() {
    return step.options();
  }

  @Override
  public final OutputReceiver<Object> outputReceiver(DoFn<Object, Object> doFn) {
    return outputs.main();
  }

  @Override
  public final OutputReceiver<Row> outputRowReceiver(DoFn<Object, Object> doFn) {
    return outputs.mainRows();
  }

  @Override
  public final MultiOutputReceiver taggedOutputReceiver(DoFn<Object, Object> doFn) {
    return outputs;
  }

  @Override
  public final State state(String stateId, boolean alwaysFetched) {
    return states.get(stateId, alwaysFetched, scope.scope());
  }

  /** The name of the step, for messages. */
  final String stepName() {
    return step.stepName();
  }
}
