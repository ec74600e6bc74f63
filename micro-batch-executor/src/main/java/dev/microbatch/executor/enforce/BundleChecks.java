package dev.microbatch.executor.enforce;

import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Checks that a step changes neither its input nor, once they are out, its outputs. */
final class BundleChecks {

  private final @Nullable Coder<Object> inputCoder;
  private final Imprints inputs;
  private final Imprints outputs;

  /**
   * Creates the checks of one step.
   *
   * @param inputCoder encodes its input; null if the input is not checked
   * @param inputs watches over the inputs of a bundle
   * @param outputs watches over what has been output in a bundle
   */
  BundleChecks(@Nullable Coder<Object> inputCoder, Imprints inputs, Imprints outputs) {
    this.inputCoder = inputCoder;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Takes the imprint of an input; null if inputs are not checked. */
  @Nullable Imprint before(Object value) {
    return inputCoder == null ? null : inputs.add(value, inputCoder);
  }

  /** Checks what has become of an input. */
  void after(@Nullable Imprint imprint) {
    if (imprint != null) {
      inputs.check(imprint);
    }
    inputs.shrink();
    outputs.shrink();
  }

  /** Checks everything of a bundle that has been finished. */
  void end() {
    inputs.end();
    outputs.end();
  }
}
