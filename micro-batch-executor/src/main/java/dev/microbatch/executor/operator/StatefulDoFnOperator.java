package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.KeyedState;
import dev.microbatch.executor.state.ScopedState;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.state.TimerId;
import dev.microbatch.executor.time.EventTime;
import java.util.Map;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.runners.core.StatefulDoFnRunner;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a DoFn with state or timers. Timers fire one by one, in timestamp order, event time before
 * processing time; those that are set while others fire take their place in the same queue.
 *
 * <p>An element whose window has expired is dropped and counted. A window expires with a timer of
 * its own, one millisecond behind its end with the allowed lateness: then
 * {@code @OnWindowExpiration} is called, and its state is cleared with all timers that are left. In
 * the global window, whose end is the end of the pipeline, there is no such timer unless user code
 * observes the expiration: it would only be one more timer per key, forever.
 *
 * <h2>Implementation note</h2>
 *
 * As in {@link DoFnOperator}, user code is given objects that are made once. What it asks of state
 * and timers goes to the cells and timers of the key and window, which are looked up once for a run
 * of elements that share them.
 */
final class StatefulDoFnOperator extends StoreOperator {

  private static final TimerId CLEANUP =
      new TimerId("__MicroBatchWindowCleanup", "", TimeDomain.EVENT_TIME);

  private final DoFnInvoker<Object, Object> invoker;
  private final boolean observesExpiration;
  private final StatefulWindows windows;
  private final TimerSetter timers;
  private final StateSlots states;
  private final @Nullable SortBuffer buffer;

  private final CurrentElement element = new CurrentElement();
  private final CurrentScope current = new CurrentScope();
  private final BundleArguments bundleArguments;
  private final StatefulElementArguments elementArguments;
  private final TimerArguments timerArguments;
  private final ExpirationArguments expirationArguments;
  private final Teardown teardown;
  private final Counter dropped =
      Metrics.counter(StatefulDoFnRunner.class, StatefulDoFnRunner.DROPPED_DUE_TO_LATENESS_COUNTER);

  private @Nullable ScopedState lastScope;
  private @Nullable StatefulWindow lastWindow;
  private @Nullable Meta lastFiring;
  private boolean firedEventTime;

  /**
   * Creates the operator around a DoFn of its own, copied from the plan's.
   *
   * @param spec what to run; keyed and not splittable
   * @param context the operator's surroundings
   * @param store the stage's keyed state
   * @param times the stage's times
   * @param outputs where each output goes, by the id of its tag
   * @param sideInputs reads the side inputs, all of them ready whenever an element comes; null if
   *     there are none
   * @throws StepException if the DoFn cannot be copied
   * @throws UnsupportedOperationException if windows merge
   */
  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  StatefulDoFnOperator(
      StepSpec.ParDo spec,
      OperatorContext context,
      StateStore store,
      StageTimes times,
      Map<String, Receiver> outputs,
      @Nullable SideInputReader sideInputs) {
    super(store, times, HoldKind.TIMER);
    WindowFn<?, ?> windowFn = spec.windowing().getWindowFn();
    if (!(windowFn instanceof NonMergingWindowFn)) {
      throw new UnsupportedOperationException(
          "A DoFn with state or timers cannot be in windows that merge: " + windowFn);
    }
    DoFn<Object, Object> fn =
        (DoFn<Object, Object>) FunctionCopy.of(context.stepName(), "DoFn", spec.fn());
    DoFnSignature signature = DoFnSignatures.getSignature(fn.getClass());
    this.invoker = DoFnInvokers.invokerFor(fn);
    this.teardown = Teardown.of(context.stepName(), invoker, context.metrics());
    this.observesExpiration = signature.onWindowExpiration() != null;
    this.windows = new StatefulWindows(spec.windowing());
    TimestampCheck check = new TimestampCheck(fn);
    this.timers = new TimerSetter(current, times, check);
    this.states = new StateSlots(fn, signature, store);
    this.buffer =
        signature.processElement().requiresTimeSortedInput()
            ? new SortBuffer((Coder<Object>) spec.inputCoder(), spec.windowing(), store, timers)
            : null;
    DoFnOutputs receivers = new DoFnOutputs(spec, outputs, element, check);
    TimerSlots timerSlots = new TimerSlots(fn, signature, timers);
    this.bundleArguments = new BundleArguments(fn, context, receivers);
    this.elementArguments =
        new StatefulElementArguments(
            fn,
            spec,
            context,
            element,
            receivers,
            new SideInputAccess(spec, sideInputs),
            current,
            states,
            timerSlots);
    this.timerArguments =
        new TimerArguments(fn, context, element, receivers, current, states, timerSlots);
    this.expirationArguments =
        new ExpirationArguments(context, element, receivers, current, states);
  }

  @Override
  public void open() {
    teardown.arm();
    invoker.invokeSetup(bundleArguments);
  }

  @Override
  public void startBundle() {
    invoker.invokeStartBundle(bundleArguments);
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) {
    KeyedState state = store().key(key, ((KV<?, ?>) value).getKey(), hash);
    if (meta.windows().size() == 1) {
      take(state, value, meta, meta.window());
    } else {
      for (BoundedWindow window : meta.windows()) {
        take(state, value, meta.withWindow(window), window);
      }
    }
  }

  /** Takes an element that is in one window. */
  private void take(KeyedState key, Object value, Meta meta, BoundedWindow in) {
    StatefulWindow window = windows.of(in);
    long watermark = times().inputWatermark();
    if (window.expiry() < watermark) {
      dropped.inc();
    } else if (buffer == null) {
      process(scope(key, window), window, value, meta);
    } else if (buffer.accepts(meta.timestamp(), watermark)) {
      buffer.add(scope(key, window), window, value, meta);
    } else {
      dropped.inc();
    }
  }

  @SuppressWarnings("ReferenceEquality") // A shortcut: a window is remembered as one object.
  private ScopedState scope(KeyedState key, StatefulWindow window) {
    ScopedState last = lastScope;
    if (last == null || last.key() != key || lastWindow != window) {
      last = key.in(window.namespace());
      lastScope = last;
      lastWindow = window;
    }
    return last;
  }

  private void process(ScopedState scope, StatefulWindow window, Object value, Meta meta) {
    setCleanup(scope, window);
    element.set(value, meta);
    current.set(scope, window, meta.timestamp());
    invoker.invokeProcessElement(elementArguments);
  }

  /** It holds the output watermark only where user code may still output at the expiration. */
  private void setCleanup(ScopedState scope, StatefulWindow window) {
    if (observesExpiration || !(window.window() instanceof GlobalWindow)) {
      long at = window.cleanup();
      long output = observesExpiration ? window.window().maxTimestamp().getMillis() : at;
      timers.set(scope, CLEANUP, at, output);
    }
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
    ScopedState scope = timer.scope();
    StatefulWindow window = windows.of(((WindowNamespace<?>) scope.namespace()).getWindow());
    if (CLEANUP.equals(timer.id())) {
      expire(scope, window, timer.outputTimestamp());
    } else if (SortBuffer.isFlush(timer.id())) {
      flush(scope, window, times().inputWatermark());
    } else if (domain == TimeDomain.EVENT_TIME || window.expiry() >= times().inputWatermark()) {
      fire(timer, window);
    }
    return true;
  }

  private void fire(FiredTimer timer, StatefulWindow window) {
    begin(timer.scope(), window, timer.outputTimestamp(), timer.causedByDrain());
    timerArguments.set(timer);
    invoker.invokeOnTimer(timer.id().id(), timer.id().family(), timerArguments);
  }

  private void expire(ScopedState scope, StatefulWindow window, long outputTimestamp) {
    flush(scope, window, EventTime.MAX);
    if (observesExpiration) {
      begin(scope, window, outputTimestamp, false);
      invoker.invokeOnWindowExpiration(expirationArguments);
    }
    states.clear(scope);
    scope.deleteTimers();
  }

  private void flush(ScopedState scope, StatefulWindow window, long upTo) {
    if (buffer != null) {
      buffer.flush(scope, window, upTo, (value, meta) -> process(scope, window, value, meta));
    }
  }

  /** Turns to a key and window for something else than an element. */
  private void begin(ScopedState scope, StatefulWindow window, long timestamp, boolean byDrain) {
    element.set(null, metaOf(window, timestamp, byDrain));
    current.set(scope, window, timestamp);
  }

  /** Timers that fire together mostly agree in what their outputs bear. */
  @SuppressWarnings("ReferenceEquality") // A shortcut: a window is remembered as one object.
  private Meta metaOf(StatefulWindow window, long timestamp, boolean byDrain) {
    CausedByDrain drain = byDrain ? CausedByDrain.CAUSED_BY_DRAIN : CausedByDrain.NORMAL;
    Meta last = lastFiring;
    if (last == null
        || last.timestamp() != timestamp
        || last.window() != window.window()
        || last.causedByDrain() != drain) {
      last = Meta.of(timestamp, window.window(), PaneInfo.NO_FIRING).withCausedByDrain(drain);
      lastFiring = last;
    }
    return last;
  }

  @Override
  public void finishBundle() {
    element.clear();
    current.clear();
    invoker.invokeFinishBundle(bundleArguments);
  }

  @Override
  public Teardown teardown() {
    return teardown;
  }
}
