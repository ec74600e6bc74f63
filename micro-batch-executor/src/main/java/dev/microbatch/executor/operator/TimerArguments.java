package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.FiredTimer;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.CausedByDrain;

/** The arguments of {@code @OnTimer} and {@code @OnTimerFamily} methods. */
final class TimerArguments extends FiringArguments {

  private final TimerSlots timers;
  private final TimerContext context;

  TimerArguments(
      DoFn<Object, Object> fn,
      OperatorContext step,
      CurrentElement current,
      DoFnOutputs outputs,
      CurrentScope scope,
      StateSlots states,
      TimerSlots timers) {
    super(step, current, outputs, scope, states);
    this.timers = timers;
    this.context = new TimerContext(fn, step.options(), current, outputs, scope);
  }

  /** Moves on to another timer. */
  void set(FiredTimer timer) {
    context.set(timer);
  }

  @Override
  public DoFn<Object, Object>.OnTimerContext onTimerContext(DoFn<Object, Object> doFn) {
    return context;
  }

  @Override
  public CausedByDrain causedByDrain(DoFn<Object, Object> doFn) {
    return context.causedByDrain();
  }

  @Override
  public String timerId(DoFn<Object, Object> doFn) {
    return context.timer().id().id();
  }

  @Override
  public TimeDomain timeDomain(DoFn<Object, Object> doFn) {
    return context.timeDomain();
  }

  @Override
  public Timer timer(String timerId) {
    return timers.get(timerId);
  }

  @Override
  public TimerMap timerFamily(String familyId) {
    return timers.family(familyId);
  }

  @Override
  public String getErrorContext() {
    return "@OnTimer of " + stepName();
  }
}
