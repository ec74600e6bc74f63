package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.GroupContent;
import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.state.TriggeredGroups;
import dev.microbatch.executor.state.TriggeredLayout;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.trigger.TriggerProgram;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups or combines by key and window for any WindowFn, trigger, accumulation mode and lateness.
 * All that is remembered of a key in a window is one small object, and its trigger a program that
 * works on it.
 *
 * <p>Equal to Beam's {@code ReduceFnRunner} in values, panes, timestamps and holds. The elements of
 * a key are gathered and looked at once per key and batch, because a trigger looks at what came
 * together; when {@value #MAX_PENDING} have gathered they are looked at early, so that a batch of
 * any size needs little memory. Where the trigger waits for the watermark alone, elements that are
 * not late are not gathered.
 *
 * @see GroupWork the rules
 */
final class TriggeredGroupOperator implements TimedOperator, KeyedOperator {

  /** How many elements may wait for the end of the batch. */
  static final int MAX_PENDING = 1 << 16;

  private final StageTimes times;
  private final TriggeredGroups groups;
  private final GroupWork work;
  private final PendingRecords pending = new PendingRecords();

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  TriggeredGroupOperator(
      StepSpec.GroupByKey spec,
      String stepName,
      StageTimes times,
      StageState state,
      Receiver output) {
    StepSpec.Combining combining = spec.combine();
    CombineFn<Object, Object, Object> combineFn =
        combining == null ? null : Reducers.combineFn(combining, stepName);
    Coder<?> contentCoder =
        combining == null ? spec.inputCoder().getValueCoder() : combining.accumulatorCoder();
    WindowingStrategy<Object, BoundedWindow> shared =
        (WindowingStrategy<Object, BoundedWindow>) spec.windowing();
    WindowingStrategy<Object, BoundedWindow> windowing =
        shared.withWindowFn(FunctionCopy.of(stepName, "WindowFn", shared.getWindowFn()));
    TriggerProgram program =
        TriggerProgram.of(windowing.getTrigger(), !windowing.getWindowFn().isNonMerging());
    TriggeredLayout layout =
        new TriggeredLayout(
            new GroupContent((Coder<Object>) contentCoder, combineFn, false),
            program.numbers(),
            windowing.getAllowedLateness().getMillis(),
            windowing.needsMerge());
    this.times = times;
    this.groups = state.triggeredGroups(layout);
    this.work = new GroupWork(windowing, layout, program, groups, times, output);
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    KV<?, ?> kv = (KV<?, ?>) value;
    KeyWindows windows = groups.key(key, kv.getKey(), hash);
    if (windows.pending() == 0 && work.isTakenAtOnce(meta)) {
      work.takeAtOnce(windows, kv.getValue(), meta);
      groups.settle(windows);
      return;
    }
    pending.add(windows, kv.getValue(), meta);
    if (pending.size() >= MAX_PENDING) {
      inputComplete();
    }
  }

  @Override
  public boolean hasBuffered() {
    return pending.size() > 0;
  }

  @Override
  public void inputComplete() throws Exception {
    for (int i = 0; i < pending.keyCount(); i++) {
      KeyWindows key = pending.key(i);
      work.take(key, pending);
      key.setPending(0);
      groups.settle(key);
    }
    pending.clear();
  }

  @Override
  public boolean isDue() {
    return groups.nextEnd() < times.inputWatermark()
        || groups.nextWakeUp(TimeDomain.PROCESSING_TIME) < times.processingTime()
        || groups.nextWakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME)
            < times.synchronizedProcessingTime();
  }

  @Override
  public void fire() {
    KeyWindows key;
    while ((key = findDue()) != null) {
      work.fireDue(key);
      groups.settle(key);
    }
  }

  private @Nullable KeyWindows findDue() {
    return groups.findDue(
        times.inputWatermark(), times.processingTime(), times.synchronizedProcessingTime());
  }

  @Override
  public long outputHold() {
    return groups.minHold();
  }

  @Override
  public HoldKind outputHoldKind() {
    return HoldKind.GROUP;
  }

  @Override
  public long synchronizedHold() {
    return groups.nextWakeUp(TimeDomain.PROCESSING_TIME);
  }

  @Override
  public long nextEventTime() {
    return dueBehind(groups.nextEnd());
  }

  @Override
  public long nextWakeUp() {
    if (times.inputWatermark() >= EventTime.MAX) {
      return Long.MAX_VALUE; // every window is gone
    }
    return dueBehind(
        Math.min(
            groups.nextWakeUp(TimeDomain.PROCESSING_TIME),
            groups.nextWakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME)));
  }

  /** When something is due: strictly behind its time. */
  private static long dueBehind(long time) {
    return time == Long.MAX_VALUE ? time : time + 1;
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(groups);
  }
}
