package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.Teardown;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Checks that an operator changes neither its input nor, once they are out, its outputs. */
class CheckedOperator implements Operator {

  private final Operator operator;
  private final @Nullable Coder<Object> inputCoder;
  private final Imprints inputs;
  private final Imprints outputs;

  /**
   * Puts the checks around an operator.
   *
   * @param operator the operator
   * @param inputCoder encodes its input; null if the input is not checked
   * @param inputs watches over the inputs of a bundle
   * @param outputs watches over what has been output in a bundle
   */
  CheckedOperator(
      Operator operator, @Nullable Coder<Object> inputCoder, Imprints inputs, Imprints outputs) {
    this.operator = operator;
    this.inputCoder = inputCoder;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Takes the imprint of an input; null if inputs are not checked. */
  final @Nullable Imprint before(Object value) {
    return inputCoder == null ? null : inputs.add(value, inputCoder);
  }

  /** Checks what has become of an input. */
  final void after(@Nullable Imprint imprint) {
    if (imprint != null) {
      inputs.check(imprint);
    }
    inputs.shrink();
    outputs.shrink();
  }

  @Override
  public void open() {
    operator.open();
  }

  @Override
  public void startBundle() {
    operator.startBundle();
  }

  @Override
  public void process(Object value, Meta meta) {
    Imprint imprint = before(value);
    operator.process(value, meta);
    after(imprint);
  }

  @Override
  public void finishBundle() {
    operator.finishBundle();
    inputs.end();
    outputs.end();
  }

  @Override
  public Teardown teardown() {
    return operator.teardown();
  }
}
