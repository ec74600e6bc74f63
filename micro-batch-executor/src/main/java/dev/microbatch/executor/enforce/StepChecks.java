package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The checks of one step in one partition: puts them around its outputs and its operator, or puts
 * nothing around them.
 */
public final class StepChecks {

  private final Step step;
  private final boolean encodability;
  private final boolean immutability;
  private final Imprints inputs;
  private final Imprints outputs;

  /**
   * Chooses the checks of a step. The runner's own steps are trusted not to change values.
   *
   * @param enforcement what is wanted
   * @param step the step
   */
  public StepChecks(Enforcement enforcement, Step step) {
    this.step = step;
    this.encodability = enforcement.encodability() && makesValues(step.spec());
    this.immutability = enforcement.immutability() && runsUserCode(step.spec());
    this.inputs = new Imprints(step.name(), "in its input. A DoFn must not change its input.");
    this.outputs =
        new Imprints(step.name(), "after it was output. It must not be changed any more then.");
  }

  /** Whether values come out that have not come out of another step before. */
  private static boolean makesValues(StepSpec spec) {
    return !(spec instanceof StepSpec.Receive
        || spec instanceof StepSpec.AssignWindows
        || spec instanceof StepSpec.MaterializeView);
  }

  private static boolean runsUserCode(StepSpec spec) {
    return spec instanceof StepSpec.ParDo
        || spec instanceof StepSpec.SplittableProcess
        || spec instanceof StepSpec.BoundedRead
        || spec instanceof StepSpec.UnboundedRead;
  }

  /**
   * Puts the checks around an output.
   *
   * @param output the output
   * @param receiver who takes it
   * @throws dev.microbatch.executor.operator.StepException if its coder cannot be serialized
   */
  @SuppressWarnings("unchecked") // The coder of an output encodes what comes out.
  public Receiver around(Output output, Receiver receiver) {
    Receiver next = encodability ? new CodedReceiver(step.name(), output, receiver) : receiver;
    if (!immutability) {
      return next;
    }
    Coder<Object> coder = (Coder<Object>) output.coder();
    return (value, meta) -> {
      outputs.add(value, coder);
      next.process(value, meta);
    };
  }

  /**
   * Puts the checks around the operator.
   *
   * @param operator the operator that runs the step's user code
   */
  public Operator around(Operator operator) {
    if (!immutability) {
      return operator;
    }
    BundleChecks checks = new BundleChecks(inputCoder(), inputs, outputs);
    return operator instanceof TimedOperator timed
        ? new CheckedTimedOperator(timed, checks)
        : new CheckedOperator(operator, checks);
  }

  @SuppressWarnings("unchecked") // The coder of the input encodes what comes in.
  private @Nullable Coder<Object> inputCoder() {
    return step.spec() instanceof StepSpec.ParDo parDo ? (Coder<Object>) parDo.inputCoder() : null;
  }
}
