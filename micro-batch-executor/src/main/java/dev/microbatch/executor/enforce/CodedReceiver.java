package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.operator.FunctionCopy;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Output;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * Passes on what comes out of encoding and decoding a value, as if the next step were in another
 * process.
 */
final class CodedReceiver implements Receiver {

  private final String stepName;
  private final String collection;
  private final Coder<Object> coder;
  private final Receiver receiver;

  /**
   * Puts the check around an output.
   *
   * @param stepName the step
   * @param output the output
   * @param receiver who takes it
   * @throws StepException if the coder itself cannot be serialized
   */
  @SuppressWarnings("unchecked") // The coder of an output encodes what comes out.
  CodedReceiver(String stepName, Output output, Receiver receiver) {
    this.stepName = stepName;
    this.collection = output.name();
    this.receiver = receiver;
    this.coder =
        FunctionCopy.of(stepName, "coder of " + collection + ",", (Coder<Object>) output.coder());
  }

  @Override
  public void process(Object value, Meta meta) {
    Object decoded;
    try {
      decoded = CoderUtils.clone(coder, value);
    } catch (Exception e) {
      throw failure("The coder " + coder + " cannot encode and decode the value " + value, e);
    }
    receiver.process(decoded, meta);
  }

  private StepException failure(String what, Exception cause) {
    return StepException.of(
        stepName, new IllegalArgumentException(collection + ": " + what + ": " + cause, cause));
  }
}
