package dev.microbatch.executor.trigger;

import dev.microbatch.executor.state.TimeContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.ActiveWindowSet;
import org.apache.beam.runners.core.InMemoryStateInternals;
import org.apache.beam.runners.core.MergingStateAccessor;
import org.apache.beam.runners.core.NonMergingActiveWindowSet;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.triggers.ExecutableTriggerStateMachine;
import org.apache.beam.runners.core.triggers.TriggerStateMachineContextFactory;
import org.apache.beam.runners.core.triggers.TriggerStateMachineRunner;
import org.apache.beam.runners.core.triggers.TriggerStateMachines;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timers;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.util.construction.TriggerTranslation;
import org.joda.time.Instant;

/** Beam's own machines for a trigger, over several windows of one key: what ours is compared to. */
final class BeamTriggers {

  private final StateInternals state = InMemoryStateInternals.forKey("key");
  private final TriggerStateMachineRunner<IntervalWindow> runner;
  private final TimeContext times;

  /** The timers that were set by the last call, as text. */
  private final List<String> timers = new ArrayList<>();

  BeamTriggers(Trigger trigger, WindowFn<?, IntervalWindow> windowFn, TimeContext times) {
    ActiveWindowSet<IntervalWindow> active = new NonMergingActiveWindowSet<>();
    this.times = times;
    this.runner =
        new TriggerStateMachineRunner<>(
            ExecutableTriggerStateMachine.create(
                TriggerStateMachines.stateMachineForTrigger(TriggerTranslation.toProto(trigger))),
            new TriggerStateMachineContextFactory<>(windowFn, state, active));
  }

  /** The timers that the last call has set. */
  List<String> timers() {
    return timers.stream().distinct().sorted().toList();
  }

  void onElements(IntervalWindow window, int count) throws Exception {
    timers.clear();
    for (int i = 0; i < count; i++) {
      runner.processValue(window, window.start(), setting(), accessor(window, List.of()));
    }
  }

  void onMerge(Collection<IntervalWindow> merging, IntervalWindow result) throws Exception {
    timers.clear();
    runner.onMerge(result, setting(), accessor(result, merging));
  }

  boolean shouldFire(IntervalWindow window) throws Exception {
    return runner.shouldFire(window, setting(), accessor(window, List.of()));
  }

  void onFire(IntervalWindow window) throws Exception {
    timers.clear();
    runner.onFire(window, setting(), accessor(window, List.of()));
  }

  boolean isClosed(IntervalWindow window) {
    return runner.isClosed(accessor(window, List.of()));
  }

  void clear(IntervalWindow window) throws Exception {
    runner.clearState(window, setting(), accessor(window, List.of()));
  }

  private MergingStateAccessor<Object, IntervalWindow> accessor(
      IntervalWindow window, Collection<IntervalWindow> merging) {
    return new MergingStateAccessor<>() {
      @Override
      public <StateT extends State> StateT access(StateTag<StateT> tag) {
        return state.state(namespace(window), tag);
      }

      @Override
      public <StateT extends State> Map<IntervalWindow, StateT> accessInEachMergingWindow(
          StateTag<StateT> tag) {
        Map<IntervalWindow, StateT> each = new LinkedHashMap<>();
        merging.forEach(one -> each.put(one, state.state(namespace(one), tag)));
        return each;
      }
    };
  }

  private static StateNamespace namespace(IntervalWindow window) {
    return StateNamespaces.window(IntervalWindow.getCoder(), window);
  }

  private Timers setting() {
    return new Timers() {
      @Override
      public void setTimer(Instant timestamp, TimeDomain domain) {
        timers.add(domain + " " + timestamp.getMillis());
      }

      @Override
      public void setTimer(Instant timestamp, Instant output, TimeDomain domain) {
        setTimer(timestamp, domain);
      }

      @Override
      public void deleteTimer(Instant timestamp, TimeDomain domain) {
        throw new UnsupportedOperationException("no trigger deletes a timer");
      }

      @Override
      public Instant currentProcessingTime() {
        return Instant.ofEpochMilli(times.processingTime());
      }

      @Override
      public Instant currentSynchronizedProcessingTime() {
        return Instant.ofEpochMilli(times.synchronizedProcessingTime());
      }

      @Override
      public Instant currentEventTime() {
        return Instant.ofEpochMilli(times.inputWatermark());
      }
    };
  }
}
