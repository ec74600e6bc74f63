package dev.microbatch.executor.operator;

import dev.microbatch.executor.plan.StepSpec;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.transforms.DoFn;

/** The arguments of a {@code @ProcessElement} method that has state and timers. */
final class StatefulElementArguments extends ElementArguments {

  private final CurrentScope scope;
  private final StateSlots states;
  private final TimerSlots timers;

  StatefulElementArguments(
      DoFn<Object, Object> fn,
      StepSpec.ParDo spec,
      OperatorContext step,
      CurrentElement current,
      DoFnOutputs outputs,
      SideInputAccess sideInputs,
      CurrentScope scope,
      StateSlots states,
      TimerSlots timers) {
    super(fn, spec, step, current, outputs, sideInputs);
    this.scope = scope;
    this.states = states;
    this.timers = timers;
  }

  @Override
  public State state(String stateId, boolean alwaysFetched) {
    return states.get(stateId, alwaysFetched, scope.scope());
  }

  @Override
  public Timer timer(String timerId) {
    return timers.get(timerId);
  }

  @Override
  public TimerMap timerFamily(String familyId) {
    return timers.family(familyId);
  }
}
