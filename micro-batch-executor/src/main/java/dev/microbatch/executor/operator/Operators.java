package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.view.SideInputs;
import dev.microbatch.executor.view.ViewPane;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.values.KV;

/** Chooses the operator for a step. */
public final class Operators {

  private Operators() {}

  /**
   * What the operators of one stage in one partition share.
   *
   * @param state what the stage keeps
   * @param times the stage's times
   * @param sideInputs what has come of the stage's side inputs
   * @param timeLimits measures how long a piece of splittable work takes
   * @param withholdsStableInput whether {@code @RequiresStableInput} waits for commits
   */
  public record Shared(
      StageState state,
      StageTimes times,
      SideInputs sideInputs,
      ScheduledExecutorService timeLimits,
      boolean withholdsStableInput) {

    private StateStore store() {
      return state.store();
    }
  }

  /**
   * The operators of this package.
   *
   * @see OperatorFactory#create
   */
  public static Operator create(
      StepSpec spec,
      OperatorContext context,
      Map<String, Receiver> outputs,
      Shared shared,
      UnaryOperator<Operator> checks) {
    if (spec instanceof StepSpec.ParDo parDo) {
      return withholding(checks.apply(parDo(parDo, context, outputs, shared)), parDo, shared);
    }
    if (spec instanceof StepSpec.SplittableProcess splittable) {
      Operator operator =
          new SplittableDoFnOperator(
              splittable,
              context,
              shared.store(),
              shared.times(),
              outputs,
              shared.sideInputs(),
              shared.timeLimits());
      return withholding(checks.apply(operator), splittable.parDo(), shared);
    }
    Receiver output = outputs.get(Output.MAIN);
    if (spec instanceof StepSpec.GroupByKey group) {
      return switch (group.aggregator()) {
        case WINDOW_TABLE ->
            new WindowTableOperator(
                group, context.stepName(), shared.times(), shared.state(), output);
        case TRIGGERED ->
            new TriggeredGroupOperator(
                group, context.stepName(), shared.times(), shared.state(), output);
      };
    }
    if (spec instanceof StepSpec.AssignWindows assign) {
      return new AssignWindowsOperator(assign, context, output);
    }
    if (spec instanceof StepSpec.PreCombine combine) {
      return new PreCombineOperator(combine, context, shared.times(), output);
    }
    if (spec instanceof StepSpec.MaterializeView materialize) {
      return materialize.gathered()
          ? map(output, value -> new ViewPane((Iterable<?>) ((KV<?, ?>) value).getValue()))
          : map(output, value -> new ViewPane(Collections.singletonList(value)));
    }
    if (spec instanceof StepSpec.WithVoidKey) {
      return new WithVoidKeyOperator(output);
    }
    if (spec instanceof StepSpec.Receive) {
      return output::process;
    }
    throw new IllegalArgumentException("no operator does " + spec);
  }

  private static Operator parDo(
      StepSpec.ParDo spec, OperatorContext context, Map<String, Receiver> outputs, Shared shared) {
    SideInputs sideInputs = spec.sideInputs().isEmpty() ? null : shared.sideInputs();
    return spec.keyed()
        ? new StatefulDoFnOperator(
            spec, context, shared.store(), shared.times(), outputs, sideInputs)
        : new DoFnOperator(spec, context, outputs, sideInputs);
  }

  private static Operator withholding(Operator operator, StepSpec.ParDo spec, Shared shared) {
    Operator stable =
        shared.withholdsStableInput() && spec.requiresStableInput()
            ? new StableInputOperator(operator, shared.times(), shared.state())
            : operator;
    return spec.sideInputs().isEmpty()
        ? stable
        : new PushbackOperator(
            stable,
            spec.sideInputs(),
            shared.sideInputs(),
            spec.windowing().getAllowedLateness(),
            shared.times(),
            shared.state());
  }

  /** A change of the value. */
  @FunctionalInterface
  private interface Change {
    Object apply(Object value);
  }

  private static Operator map(Receiver output, Change change) {
    return (value, meta) -> output.process(change.apply(value), meta);
  }
}
