package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.TriggerMemory;
import dev.microbatch.executor.state.TriggeredGroup;
import dev.microbatch.executor.state.TriggeredGroups;
import dev.microbatch.executor.state.TriggeredLayout;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.trigger.TriggerCall;
import dev.microbatch.executor.trigger.TriggerProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.runners.core.ReduceFnRunner;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The rules by which the groups of a key take elements, merge, fire and expire.
 *
 * <p>A group is looked at when elements have come, when its windows have merged, and when it has
 * asked to be woken up; not whenever it might be ready. When its trigger has fired for the last
 * time, the group stays until it expires, without content, so that elements that come later are
 * known to be unwanted.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class GroupWork {

  private final TriggeredLayout layout;
  private final TriggerProgram program;
  private final TriggeredGroups groups;
  private final StageTimes times;
  private final GroupHolds holds;
  private final GroupPanes panes;
  private final TriggerCall call;
  private final @Nullable WindowMerger merger;

  /** Whether the order in which elements come and windows merge makes no difference. */
  private final boolean takesAtOnce;

  private final Visited visited = new Visited();
  private final List<Due> due = new ArrayList<>();
  private final Counter droppedDueToLateness =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);
  private final Counter droppedDueToClosedWindow =
      Metrics.counter(ReduceFnRunner.class, ReduceFnRunner.DROPPED_DUE_TO_CLOSED_WINDOW);

  // Made once, since they are needed for each key.
  private final Predicate<TriggeredGroup> isOpen = this::isOpen;
  private final PendingRecords.Sink addWindows = this::addWindows;
  private final PendingRecords.Sink take = this::take;
  private final WindowMerger.Sink merge = this::merge;

  /** The new windows of the key that takes elements. */
  private final List<BoundedWindow> added = new ArrayList<>();

  /** The key that takes elements. */
  private @Nullable KeyWindows taking;

  /** The group that the trigger is working on. */
  private @Nullable TriggeredGroup current;

  /** A group that is due, and why. */
  private record Due(
      TriggeredGroup group, boolean isAtEnd, boolean isExpired, CausedByDrain drain) {}

  GroupWork(
      WindowingStrategy<?, ?> windowing,
      TriggeredLayout layout,
      TriggerProgram program,
      TriggeredGroups groups,
      StageTimes times,
      Receiver output) {
    this.layout = layout;
    this.program = program;
    this.groups = groups;
    this.times = times;
    this.holds = new GroupHolds(windowing.getTimestampCombiner(), layout, groups, times);
    this.panes = new GroupPanes(windowing, groups, holds, times, output);
    this.merger = layout.merging() ? WindowMerger.of(windowing.getWindowFn()) : null;
    this.takesAtOnce = program.waitsForEnd() && (merger == null || merger instanceof SessionMerger);
    this.call = new TriggerCall(times, new WakeUps());
  }

  /** Wakes up the current group. */
  private final class WakeUps implements TriggerCall.WakeUps {
    @Override
    public void atEndOfWindow() {
      current.setWakesAtEnd(true);
    }

    @Override
    public void at(TimeDomain domain, long millis) {
      groups.wakeUp(current, domain, millis, times.isDraining());
    }
  }

  private TriggerCall on(TriggeredGroup group) {
    current = group;
    return call.on(group.memory(), group.end());
  }

  private boolean isOpen(TriggeredGroup group) {
    return !program.isClosed(group.memory());
  }

  /**
   * Takes the elements of a key that have come together.
   *
   * @throws Exception whatever the user's WindowFn throws
   */
  void take(KeyWindows key, PendingRecords records) throws Exception {
    holds.begin(key);
    taking = key;
    if (merger != null) {
      added.clear();
      records.forEach(key, addWindows);
      merger.merge(key, isOpen, added, merge);
    }
    records.forEach(key, take);
    lookAtVisited();
  }

  /**
   * Whether an element may be taken as it comes: whatever comes together with it, nothing fires
   * before the watermark moves.
   */
  boolean isTakenAtOnce(Meta meta) {
    if (!takesAtOnce) {
      return false;
    }
    for (BoundedWindow window : meta.windows()) {
      if (!holds.isInTime(meta.timestamp(), EventTime.endOf(window))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes an element as it comes; it {@linkplain #isTakenAtOnce may be}.
   *
   * @throws Exception never today: sessions merge without the user's code
   */
  void takeAtOnce(KeyWindows key, @Nullable Object value, Meta meta) throws Exception {
    holds.beginInTime();
    taking = key;
    if (merger != null) {
      added.clear();
      addWindows(value, meta);
      merger.merge(key, isOpen, added, merge);
    }
    take(value, meta);
    lookAtVisited();
  }

  private void lookAtVisited() {
    for (int i = 0; i < visited.size(); i++) {
      TriggeredGroup group = visited.group(i);
      int count = visited.count(i);
      group.setMarked(false);
      group.addAdditions(count);
      TriggerCall now = on(group);
      if (count > 0) {
        program.onElements(now, count);
      }
      if (program.shouldFire(now)) {
        fire(group, CausedByDrain.NORMAL);
      }
    }
    visited.clear();
  }

  private void take(@Nullable Object value, Meta meta) {
    for (BoundedWindow window : meta.windows()) {
      take(window, value, meta);
    }
  }

  private void take(BoundedWindow elementWindow, @Nullable Object value, Meta meta) {
    if (isExpired(elementWindow)) {
      droppedDueToLateness.inc();
      return;
    }
    BoundedWindow window = merger == null ? elementWindow : merger.resultOf(elementWindow);
    TriggeredGroup group = groups.find(taking, window);
    if (group == null) {
      group = groups.create(taking, window, program.newMemory());
    } else if (!isOpen(group)) {
      droppedDueToClosedWindow.inc();
      return;
    }
    if (!group.isMarked()) {
      groups.changing(group);
    }
    visited.count(group);
    holds.onElement(group, meta.timestamp());
    groups.add(group, value);
  }

  private boolean isExpired(BoundedWindow window) {
    return layout.expiry(EventTime.endOf(window)) < times.inputWatermark();
  }

  /** Notes the windows of a record that are new to its key. */
  private void addWindows(@Nullable Object value, Meta meta) {
    for (BoundedWindow window : meta.windows()) {
      if (!isExpired(window)) {
        TriggeredGroup group = groups.find(taking, window);
        if (group == null || !isOpen(group)) {
          added.add(window);
        }
      }
    }
  }

  /** Merges groups that are open, or only new windows if there are none. */
  private void merge(List<TriggeredGroup> merging, BoundedWindow window) {
    TriggeredGroup there = groups.find(taking, window);
    boolean grows = there != null && isOpen(there);
    long merged = holds.merged(merging, EventTime.endOf(window));
    List<TriggerMemory> memories = memories(merging, there);
    TriggerMemory memory = program.newMemory();
    if (grows) {
      merging.remove(there);
      merging.add(0, there);
      memory = there.memory();
    } else if (there != null) {
      memory = there.memory().copyNumbers();
      groups.remove(there);
    }
    int additions = 0;
    for (TriggeredGroup group : merging) {
      additions += group.additions();
    }
    TriggeredGroup result =
        merging.isEmpty() ? groups.create(taking, window, memory) : groups.merge(merging, window);
    if (!grows) {
      result.setMemory(memory);
      result.setWakesAtEnd(false);
      result.setLastPane(null);
    }
    result.clearAdditions();
    result.addAdditions(additions);
    holds.afterMerge(result, merged);
    program.onMerge(on(result), memories);
    if (isOpen(result)) {
      visited.add(result);
    } else {
      close(result);
    }
  }

  /** What is remembered of groups that merge, apart from what the result will remember. */
  private List<TriggerMemory> memories(
      List<TriggeredGroup> merging, @Nullable TriggeredGroup result) {
    if (program.numbers() == 0) {
      return List.of();
    }
    List<TriggerMemory> memories = new ArrayList<>(merging.size());
    for (TriggeredGroup group : merging) {
      memories.add(group == result ? group.memory().copyNumbers() : group.memory());
    }
    return memories;
  }

  /** Fires what is due of a key, and removes what has expired. */
  void fireDue(KeyWindows key) {
    long watermark = times.inputWatermark();
    long earliest = EventTime.MAX;
    boolean wakes = wakesInProcessingTime();
    for (int i = 0; i < key.size(); i++) {
      TriggeredGroup group = key.get(i);
      if (!wakes && group.end() >= watermark) {
        break; // they are in order of their ends, and those behind have not passed it either
      }
      long expiry = layout.expiry(group.end());
      boolean atEnd = group.wakesAtEnd() && group.end() < watermark;
      boolean expired = expiry < watermark;
      CausedByDrain woken = takeWakeUps(group);
      if (atEnd || expired) {
        earliest = Math.min(earliest, atEnd ? group.end() : expiry);
        woken = times.isDraining() ? CausedByDrain.CAUSED_BY_DRAIN : CausedByDrain.NORMAL;
      }
      if (woken != null) {
        due.add(new Due(group, atEnd, expired, woken));
      }
    }
    holds.begin(key, earliest);
    due.forEach(this::fireDue);
    due.clear();
  }

  private boolean wakesInProcessingTime() {
    return groups.nextWakeUp(TimeDomain.PROCESSING_TIME) < times.processingTime()
        || groups.nextWakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME)
            < times.synchronizedProcessingTime();
  }

  private @Nullable CausedByDrain takeWakeUps(TriggeredGroup group) {
    return group.memory() == null
        ? null
        : group.memory().takeDue(times.processingTime(), times.synchronizedProcessingTime());
  }

  private void fireDue(Due one) {
    TriggeredGroup group = one.group();
    groups.changing(group);
    if (one.isAtEnd()) {
      group.setWakesAtEnd(false);
    }
    if (one.isExpired()) {
      if (isOpen(group)) {
        panes.fire(group, true, one.drain());
      }
      groups.remove(group);
    } else if (isOpen(group) && program.shouldFire(on(group))) {
      fire(group, one.drain());
    }
  }

  private void fire(TriggeredGroup group, CausedByDrain drain) {
    program.onFire(on(group));
    boolean isLast = !isOpen(group);
    panes.fire(group, isLast, drain);
    if (isLast) {
      close(group);
    }
  }

  /** Leaves nothing of a group but that it is closed. */
  private void close(TriggeredGroup group) {
    program.clear(on(group));
    group.release();
    group.clearAdditions();
    group.setMemory(group.memory().copyNumbers()); // it is not to be woken up any more
    group.setWakesAtEnd(false);
    group.setLastPane(null);
    groups.removeContent(group);
  }
}
