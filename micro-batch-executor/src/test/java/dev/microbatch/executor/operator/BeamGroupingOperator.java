package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.FiredTimer;
import dev.microbatch.executor.state.KeyedState;
import dev.microbatch.executor.state.KeyedTimerInternals;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.runners.core.ActiveWindowSet;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.MergingActiveWindowSet;
import org.apache.beam.runners.core.NullSideInputReader;
import org.apache.beam.runners.core.ReduceFnRunner;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.runners.core.SystemReduceFn;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.runners.core.triggers.ExecutableTriggerStateMachine;
import org.apache.beam.runners.core.triggers.TriggerStateMachines;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.util.AppliedCombineFn;
import org.apache.beam.sdk.util.construction.TriggerTranslation;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * Groups or combines by key and window by Beam's own {@link ReduceFnRunner}: the oracle of
 * differential tests.
 *
 * <p>The elements of a key are gathered and handed over in one call per key and batch, because a
 * trigger looks at what came together; when more than {@value #MAX_BUFFERED} have gathered they are
 * handed over early, so that a batch of any size needs little memory. All due timers of a key are
 * handed over in one call per round of firing.
 */
public final class BeamGroupingOperator extends StoreOperator {

  /** How many elements may wait for the end of the batch. */
  static final int MAX_BUFFERED = 1 << 16;

  private static final TimeDomain[] DOMAINS = {
    TimeDomain.EVENT_TIME, TimeDomain.PROCESSING_TIME, TimeDomain.SYNCHRONIZED_PROCESSING_TIME
  };

  private final OperatorContext context;
  private final WindowingStrategy<?, BoundedWindow> windowing;
  private final SystemReduceFn<Object, Object, ?, Object, BoundedWindow> reduceFn;
  private final ExecutableTriggerStateMachine trigger;
  private final KeyedTimerInternals timers;
  private final Receiver output;
  private final Counter dropped =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);

  private final Map<Object, Pending> pending = new LinkedHashMap<>();
  private int buffered;

  /** The elements of one key that wait to be handed over. */
  private record Pending(KeyedState state, List<WindowedValue<Object>> elements) {}

  /** Is an {@link OperatorFactory}: the executor's operators, but this one for each grouping. */
  public static Operator inPlace(
      StepSpec spec,
      OperatorContext context,
      Map<String, Receiver> outputs,
      Operators.Shared shared,
      UnaryOperator<Operator> checks) {
    return spec instanceof StepSpec.GroupByKey group
        ? new BeamGroupingOperator(
            group, context, shared.state().store(), shared.times(), outputs.get(Output.MAIN))
        : Operators.create(spec, context, outputs, shared, checks);
  }

  @SuppressWarnings("unchecked")
  private BeamGroupingOperator(
      StepSpec.GroupByKey spec,
      OperatorContext context,
      StateStore store,
      StageTimes times,
      Receiver output) {
    super(store, times, HoldKind.GROUP);
    this.context = context;
    WindowingStrategy<Object, BoundedWindow> shared =
        (WindowingStrategy<Object, BoundedWindow>) spec.windowing();
    this.windowing =
        shared.withWindowFn(FunctionCopy.of(context.stepName(), "WindowFn", shared.getWindowFn()));
    this.reduceFn = reduceFn(spec, context.stepName());
    RunnerApi.Trigger proto = TriggerTranslation.toProto(windowing.getTrigger());
    this.trigger =
        ExecutableTriggerStateMachine.create(TriggerStateMachines.stateMachineForTrigger(proto));
    this.timers = new KeyedTimerInternals(times, timer -> false);
    this.output = output;
  }

  @SuppressWarnings("unchecked")
  private static SystemReduceFn<Object, Object, ?, Object, BoundedWindow> reduceFn(
      StepSpec.GroupByKey spec, String stepName) {
    KvCoder<Object, Object> coder = (KvCoder<Object, Object>) spec.inputCoder();
    StepSpec.Combining combining = spec.combine();
    if (combining == null) {
      SystemReduceFn<Object, Object, ?, ?, BoundedWindow> buffering =
          SystemReduceFn.buffering(coder.getValueCoder());
      return (SystemReduceFn<Object, Object, ?, Object, BoundedWindow>) buffering;
    }
    return SystemReduceFn.combining(
        coder.getKeyCoder(),
        AppliedCombineFn.withAccumulatorCoder(
            Reducers.combineFn(combining, stepName), (Coder<Object>) combining.accumulatorCoder()));
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    KV<?, ?> kv = (KV<?, ?>) value;
    Pending of = pending.get(key);
    if (of == null) {
      of = new Pending(store().key(key, kv.getKey(), hash), new ArrayList<>(2));
      pending.put(key, of);
    }
    of.elements().add(meta.toWindowedValue(kv.getValue()));
    if (++buffered >= MAX_BUFFERED) {
      inputComplete();
    }
  }

  @Override
  public boolean hasBuffered() {
    return !pending.isEmpty();
  }

  @Override
  public void inputComplete() throws Exception {
    if (pending.isEmpty()) {
      return;
    }
    for (Pending of : pending.values()) {
      List<WindowedValue<Object>> inTime = dropLate(of.elements());
      if (!inTime.isEmpty()) {
        timers.forKey(of.state());
        ReduceFnRunner<Object, Object, Object, BoundedWindow> runner = runner(of.state());
        runner.processElements(inTime);
        runner.persist();
      }
    }
    pending.clear();
    buffered = 0;
  }

  /** One element per window, without those windows that are gone. */
  private List<WindowedValue<Object>> dropLate(List<WindowedValue<Object>> elements) {
    List<WindowedValue<Object>> inTime = new ArrayList<>(elements.size());
    long watermark = times().inputWatermark();
    for (WindowedValue<Object> element : elements) {
      for (WindowedValue<Object> one : element.explodeWindows()) {
        BoundedWindow window = one.getWindows().iterator().next();
        if (LateDataUtils.garbageCollectionTime(window, windowing).getMillis() < watermark) {
          dropped.inc();
        } else {
          inTime.add(one);
        }
      }
    }
    return inTime;
  }

  private ReduceFnRunner<Object, Object, Object, BoundedWindow> runner(KeyedState state) {
    return new ReduceFnRunner<>(
        state.key(),
        windowing,
        trigger,
        state.stateInternals(),
        timers,
        pane -> output.process(pane.getValue(), Meta.of(pane)),
        NullSideInputReader.empty(),
        reduceFn,
        context.options());
  }

  @Override
  public void fire() throws Exception {
    Map<KeyedState, List<TimerData>> due;
    while (!(due = dueTimers()).isEmpty()) {
      for (Map.Entry<KeyedState, List<TimerData>> of : due.entrySet()) {
        timers.forKey(of.getKey(), earliest(of.getValue()));
        ReduceFnRunner<Object, Object, Object, BoundedWindow> runner = runner(of.getKey());
        runner.onTimers(of.getValue());
        runner.persist();
      }
      times().settleWatermark(); // a key that fires again must not take it for the first time
    }
  }

  private static long earliest(List<TimerData> timers) {
    long earliest = EventTime.MAX;
    for (TimerData timer : timers) {
      if (timer.getDomain() == TimeDomain.EVENT_TIME) {
        earliest = Math.min(earliest, timer.getOutputTimestamp().getMillis());
      }
    }
    return earliest;
  }

  /**
   * Whether it is a wake-up in processing time of a window that has merged. Beam does not delete
   * it, and when it comes behind the end of that window, schedules the window's cleanup; that
   * clears the hold that now belongs to the result, if it is kept under the name of that window.
   */
  private boolean isLeftBehind(FiredTimer timer) {
    return windowing.needsMerge()
        && timer.id().domain() != TimeDomain.EVENT_TIME
        && !activeWindows(timer.key()).isActive(window(timer));
  }

  private ActiveWindowSet<BoundedWindow> activeWindows(KeyedState key) {
    return new MergingActiveWindowSet<>(windowFn(), key.stateInternals());
  }

  @SuppressWarnings("unchecked") // A WindowFn is not asked for elements to merge windows.
  private WindowFn<Object, BoundedWindow> windowFn() {
    return (WindowFn<Object, BoundedWindow>) windowing.getWindowFn();
  }

  private static BoundedWindow window(FiredTimer timer) {
    return ((WindowNamespace<?>) timer.scope().namespace()).getWindow();
  }

  private Map<KeyedState, List<TimerData>> dueTimers() {
    Map<KeyedState, List<TimerData>> due = new LinkedHashMap<>();
    for (TimeDomain domain : DOMAINS) {
      FiredTimer timer;
      while ((timer = pollDue(domain)) != null) {
        if (isLeftBehind(timer)) {
          continue;
        }
        due.computeIfAbsent(timer.key(), key -> new ArrayList<>(2)).add(timer.data());
      }
    }
    return due;
  }

  @Override
  public long nextWakeUp() {
    // At the end of time every window is gone; what timers are left have nothing to fire.
    return isEndOfTime() ? Long.MAX_VALUE : super.nextWakeUp();
  }
}
