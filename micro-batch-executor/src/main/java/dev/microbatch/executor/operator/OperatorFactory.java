package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Makes the operator of a step. Stateless, so used by any thread. */
@FunctionalInterface
public interface OperatorFactory {

  /**
   * Creates the operator of a step that is not a source.
   *
   * @param spec what the step does
   * @param context the step's surroundings
   * @param outputs who takes each output, by tag; every output of the step is there
   * @param shared what the stage's operators share
   * @param checks puts something around an operator that runs a DoFn
   * @throws IllegalArgumentException if the step is a source
   */
  Operator create(
      StepSpec spec,
      OperatorContext context,
      Map<String, Receiver> outputs,
      Operators.Shared shared,
      UnaryOperator<Operator> checks);
}
