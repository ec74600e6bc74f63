package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.KeyedState;
import dev.microbatch.executor.state.KeyedTimerInternals;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.state.TimerCause;
import dev.microbatch.executor.view.SideInputs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.DoFnRunners;
import org.apache.beam.runners.core.KeyedWorkItem;
import org.apache.beam.runners.core.KeyedWorkItems;
import org.apache.beam.runners.core.OutputAndTimeBoundedSplittableProcessElementInvoker;
import org.apache.beam.runners.core.ProcessFnRunner;
import org.apache.beam.runners.core.SplittableParDoViaKeyedWorkItems.ProcessFn;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowedValues;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;

/**
 * Processes (element, restriction) pairs of a splittable DoFn, a bounded piece at a time. What is
 * left of a restriction is keyed state under the pair's unique key, with a processing-time timer
 * for its resumption and a hold at its watermark.
 *
 * <p>In a drain every restriction is truncated, once: a new one when it comes, what is left of an
 * old one when it is resumed, which is in the first batch of the drain. Timers that are set in a
 * drain say so, and thereby that their restriction has been truncated.
 */
final class SplittableDoFnOperator extends StoreOperator {

  /**
   * After so many outputs a pair is cut, so that others get their turn and a commit can be made.
   */
  private static final int MAX_OUTPUTS = 10_000;

  /** After so long a pair is cut. */
  private static final Duration MAX_DURATION = Duration.millis(100);

  private final ProcessFn<Object, Object, Object, Object, Object> processFn;
  private final OperatorContext context;
  private final KeyedStepContext keyed;
  private final TruncatingInvoker invoker;
  private final Teardown teardown;
  private final ProcessFnRunner<Object, Object, Object> runner;

  /** Whether what was left when the drain began has been resumed. */
  private boolean drained;

  @SuppressWarnings("unchecked")
  SplittableDoFnOperator(
      StepSpec.SplittableProcess spec,
      OperatorContext context,
      StateStore store,
      StageTimes times,
      Map<String, Receiver> outputs,
      SideInputs sideInputs,
      ScheduledExecutorService timeLimits) {
    super(store, times, HoldKind.RESIDUAL);
    StepSpec.ParDo parDo = spec.parDo();
    DoFn<Object, Object> fn =
        (DoFn<Object, Object>) FunctionCopy.of(context.stepName(), "DoFn", parDo.fn());
    this.context = context;
    // The process function would do the same, but it holds on to state.
    this.teardown = Teardown.of(context.stepName(), DoFnInvokers.invokerFor(fn), context.metrics());
    KeyedTimerInternals timers = new KeyedTimerInternals(times, timer -> false);
    this.keyed = new KeyedStepContext(timers, context.finalizer());
    this.processFn =
        new ProcessFn<>(
            fn,
            (Coder<Object>) parDo.inputCoder(),
            (Coder<Object>) spec.restrictionCoder(),
            (Coder<Object>) spec.watermarkStateCoder(),
            (WindowingStrategy<Object, ?>) parDo.windowing(),
            parDo.sideInputMapping());
    WindowedOutputs border = new WindowedOutputs(outputs);
    processFn.setStateInternalsFactory(key -> keyed);
    processFn.setTimerInternalsFactory(key -> timers);
    processFn.setSideInputReader(sideInputs);
    this.invoker =
        new TruncatingInvoker(
            new OutputAndTimeBoundedSplittableProcessElementInvoker<>(
                fn,
                context.options(),
                border,
                (TupleTag<Object>) parDo.mainOutput(),
                sideInputs,
                timeLimits,
                MAX_OUTPUTS,
                MAX_DURATION,
                context::finalizer),
            times,
            context.options(),
            sideInputs);
    processFn.setProcessElementInvoker(invoker);
    this.runner =
        DoFnRunners.newProcessFnRunner(
            processFn,
            context.options(),
            parDo.sideInputs(),
            sideInputs,
            border,
            (TupleTag<Object>) parDo.mainOutput(),
            parDo.additionalOutputs(),
            keyed,
            null,
            parDo.outputCoders(),
            parDo.windowing(),
            parDo.schemaInformation(),
            parDo.sideInputMapping());
  }

  @Override
  public void open() {
    teardown.arm();
    DoFnInvokers.tryInvokeSetupFor(processFn, context.options());
  }

  @Override
  public void startBundle() {
    runner.startBundle();
  }

  @Override
  @SuppressWarnings("unchecked")
  public void processKeyed(Object value, Meta meta, Object key, int hash) {
    KV<byte[], KV<Object, Object>> pair = (KV<byte[], KV<Object, Object>>) value;
    keyed.enter(store().key(key, pair.getKey(), hash));
    WindowedValue<KV<Object, Object>> element = meta.toWindowedValue(pair.getValue());
    invoker.expect(false);
    run(KeyedWorkItems.elementsWorkItem(pair.getKey(), Collections.singletonList(element)));
  }

  private void run(KeyedWorkItem<byte[], KV<Object, Object>> item) {
    Iterable<?> refused =
        runner.processElementInReadyWindows(WindowedValues.valueInGlobalWindow(item));
    if (refused.iterator().hasNext()) {
      throw new IllegalStateException("a side input is not ready that was ready before");
    }
  }

  @Override
  public boolean isDue() {
    return store().nextTimer(TimeDomain.PROCESSING_TIME) < dueBefore();
  }

  /**
   * A residual without delay is due in the batch after the one that made it, whatever the clock
   * says: so a timer at this very millisecond counts. A drain waits for none that it finds.
   */
  private long dueBefore() {
    return times().isDraining() && !drained ? Long.MAX_VALUE : times().processingTime() + 1;
  }

  /** Resumes what is due; what is set here is not. */
  @Override
  public void fireEarly() {
    List<FiredTimer> due = new ArrayList<>();
    FiredTimer timer;
    while ((timer = store().pollTimer(TimeDomain.PROCESSING_TIME, dueBefore())) != null) {
      due.add(timer);
    }
    drained = times().isDraining();
    for (FiredTimer resume : due) {
      KeyedState key = resume.key();
      keyed.enter(key);
      invoker.expect(resume.data().causedByDrain() == CausedByDrain.CAUSED_BY_DRAIN);
      // Beam gives up what is left of a restriction that a drain has resumed; here it is finished.
      TimerData timerData = TimerCause.of(resume.data(), CausedByDrain.NORMAL);
      run(KeyedWorkItems.timersWorkItem((byte[]) key.key(), Collections.singletonList(timerData)));
    }
  }

  @Override
  public void finishBundle() {
    runner.finishBundle();
  }

  @Override
  public Teardown teardown() {
    return teardown;
  }

  /** In the batch at the timer's very millisecond, which is late enough for {@link #dueBefore}. */
  @Override
  public long nextWakeUp() {
    return store().nextTimer(TimeDomain.PROCESSING_TIME);
  }
}
