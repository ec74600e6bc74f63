package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.KeyedTimerInternals;
import dev.microbatch.executor.state.StateStore;
import java.util.Map;
import org.apache.beam.runners.core.DoFnRunner;
import org.apache.beam.runners.core.DoFnRunners;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.NullSideInputReader;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.runners.core.StatefulDoFnRunner.CleanupTimer;
import org.apache.beam.runners.core.StatefulDoFnRunner.StateCleaner;
import org.apache.beam.runners.core.StatefulDoFnRunner.StateInternalsStateCleaner;
import org.apache.beam.runners.core.TimerInternals;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** Runs a DoFn with state or timers by Beam's runners for stateful DoFns: the oracle. */
final class BeamStatefulDoFnOperator extends StoreOperator {

  private final DoFn<Object, Object> fn;
  private final OperatorContext context;
  private final KeyedStepContext keyed;
  private final DoFnRunner<Object, Object> runner;
  private final Teardown teardown;
  private boolean firedEventTime;

  @SuppressWarnings("unchecked")
  BeamStatefulDoFnOperator(
      StepSpec.ParDo spec,
      OperatorContext context,
      StateStore store,
      StageTimes times,
      Map<String, Receiver> outputs,
      @Nullable SideInputReader sideInputs) {
    super(store, times, HoldKind.TIMER);
    this.fn = (DoFn<Object, Object>) FunctionCopy.of(context.stepName(), "DoFn", spec.fn());
    this.context = context;
    this.teardown = Teardown.of(context.stepName(), DoFnInvokers.invokerFor(fn), context.metrics());
    KeyedTimerInternals timers =
        new KeyedTimerInternals(times, BeamStatefulDoFnOperator::holdsWatermark);
    this.keyed = new KeyedStepContext(timers, context.finalizer());
    Coder<Object> inputCoder = (Coder<Object>) spec.inputCoder();
    Coder<BoundedWindow> windowCoder =
        (Coder<BoundedWindow>) spec.windowing().getWindowFn().windowCoder();
    DoFnSignature signature = DoFnSignatures.getSignature(fn.getClass());
    DoFnRunner<Object, Object> simple =
        DoFnRunners.simpleRunner(
            context.options(),
            fn,
            sideInputs == null ? NullSideInputReader.empty() : sideInputs,
            new WindowedOutputs(outputs),
            (TupleTag<Object>) spec.mainOutput(),
            spec.additionalOutputs(),
            keyed,
            inputCoder,
            spec.outputCoders(),
            spec.windowing(),
            spec.schemaInformation(),
            spec.sideInputMapping());
    this.runner =
        DoFnRunners.defaultStatefulDoFnRunner(
            fn,
            inputCoder,
            simple,
            keyed,
            spec.windowing(),
            new WindowCleanup<>(timers, spec.windowing(), signature.onWindowExpiration() != null),
            expiry(new StateInternalsStateCleaner<>(fn, keyed, windowCoder), windowCoder),
            true);
  }

  /** An expired window has no state, and no timers either: Beam would not let them fire. */
  private StateCleaner<BoundedWindow> expiry(
      StateCleaner<BoundedWindow> state, Coder<BoundedWindow> windowCoder) {
    return window -> {
      state.clearForWindow(window);
      keyed.current().in(StateNamespaces.window(windowCoder, window)).deleteTimers();
    };
  }

  /** A timer that outputs later than it fires has nothing to hold back. */
  private static boolean holdsWatermark(TimerData timer) {
    return timer.getDomain() != TimeDomain.EVENT_TIME
        || timer.getOutputTimestamp().isBefore(timer.getTimestamp());
  }

  @Override
  public void open() {
    teardown.arm();
    DoFnInvokers.tryInvokeSetupFor(fn, context.options());
  }

  @Override
  public void startBundle() {
    runner.startBundle();
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) {
    keyed.enter(store().key(key, ((KV<?, ?>) value).getKey(), hash));
    WindowedValue<Object> element = meta.toWindowedValue(value);
    runner.processElement(element);
  }

  @Override
  public void inputComplete() {
    firedEventTime = false;
  }

  /**
   * What timers output arrives one batch ahead of the watermark that made them fire, so that
   * triggers behind this stage can tell it from what comes at the end.
   */
  @Override
  public boolean delaysWatermark() {
    return firedEventTime;
  }

  @Override
  public boolean isDue() {
    return super.isDue() || (isEndOfTime() && nextProcessingTimer() != Long.MAX_VALUE);
  }

  @Override
  public void fire() {
    boolean fired = true;
    while (fired) {
      fired =
          fireNext(TimeDomain.EVENT_TIME)
              || fireNext(TimeDomain.PROCESSING_TIME)
              || fireNext(TimeDomain.SYNCHRONIZED_PROCESSING_TIME);
    }
    if (isEndOfTime()) {
      dropAll(TimeDomain.PROCESSING_TIME);
      dropAll(TimeDomain.SYNCHRONIZED_PROCESSING_TIME);
    }
  }

  /** At the end of time every window has expired, and nobody waits for what would not fire. */
  private void dropAll(TimeDomain domain) {
    while (store().pollTimer(domain, Long.MAX_VALUE) != null) {}
  }

  private boolean fireNext(TimeDomain domain) {
    FiredTimer timer = pollDue(domain);
    if (timer == null) {
      return false;
    }
    firedEventTime |= domain == TimeDomain.EVENT_TIME;
    keyed.enter(timer.key());
    TimerData data = timer.data();
    BoundedWindow window = ((WindowNamespace<?>) data.getNamespace()).getWindow();
    runner.onTimer(
        data.getTimerId(),
        data.getTimerFamilyId(),
        timer.key().key(),
        window,
        data.getTimestamp(),
        data.getOutputTimestamp(),
        domain,
        data.causedByDrain());
    return true;
  }

  @Override
  public void finishBundle() {
    runner.finishBundle();
  }

  @Override
  public Teardown teardown() {
    return teardown;
  }

  /** Cleans up at the time and under the name at which the runner does. */
  private static final class WindowCleanup<InputT> implements CleanupTimer<InputT> {

    private static final String TIMER_ID = "__MicroBatchWindowCleanup";

    private final TimerInternals timers;
    private final WindowingStrategy<?, ?> windowing;
    private final Coder<BoundedWindow> windowCoder;
    private final boolean observed;

    @SuppressWarnings("unchecked")
    WindowCleanup(TimerInternals timers, WindowingStrategy<?, ?> windowing, boolean observed) {
      this.timers = timers;
      this.windowing = windowing;
      this.windowCoder = (Coder<BoundedWindow>) windowing.getWindowFn().windowCoder();
      this.observed = observed;
    }

    @Override
    public void setForWindow(InputT input, BoundedWindow window) {
      if (!observed && window instanceof GlobalWindow) {
        return;
      }
      Instant at = time(window);
      timers.setTimer(
          StateNamespaces.window(windowCoder, window),
          TIMER_ID,
          "",
          at,
          observed ? window.maxTimestamp() : at,
          TimeDomain.EVENT_TIME);
    }

    @Override
    public boolean isForWindow(
        String timerId, BoundedWindow window, Instant timestamp, TimeDomain timeDomain) {
      return timeDomain == TimeDomain.EVENT_TIME
          && TIMER_ID.equals(timerId)
          && time(window).equals(timestamp);
    }

    /**
     * One millisecond after expiration, so that user timers at the very end still find their state.
     */
    private Instant time(BoundedWindow window) {
      return LateDataUtils.garbageCollectionTime(window, windowing).plus(1);
    }
  }
}
