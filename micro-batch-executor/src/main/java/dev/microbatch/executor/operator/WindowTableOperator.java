package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.GroupContent;
import dev.microbatch.executor.state.GroupTables;
import dev.microbatch.executor.state.StageState;
import java.util.Collection;
import java.util.List;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups or combines by key and window where each window fires exactly once: windows that do not
 * merge, the default trigger, no allowed lateness. Window-major: a table of keys for each set of
 * windows that records come with, and no timer but the ends of windows, so that a million keys are
 * not a million timers.
 *
 * <p>Equal to {@link TriggeredGroupOperator} in values, panes and timestamps. Output timestamps at
 * the end of the window hold nothing back: the input watermark has to pass them for the window to
 * fire.
 */
final class WindowTableOperator implements TimedOperator, KeyedOperator {

  private static final PaneInfo ONLY_PANE =
      PaneInfo.createPane(true, true, PaneInfo.Timing.ON_TIME, 0, 0);

  private final StageTimes times;
  private final Receiver output;
  private final Counter dropped =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);

  private final GroupTables tables;

  /** The windows of the last record. */
  private @Nullable Collection<? extends BoundedWindow> lastWindows;

  /** The window of the last record, if it was in one only. */
  private @Nullable BoundedWindow lastOnly;

  /** The table of the last record; null if all of its windows are gone. */
  private GroupTables.@Nullable Table lastTable;

  /** How many windows of the last record are gone. */
  private int lastGone;

  WindowTableOperator(
      StepSpec.GroupByKey spec,
      String stepName,
      StageTimes times,
      StageState state,
      Receiver output) {
    this.tables = state.groupTables(content(spec, stepName));
    this.times = times;
    this.output = output;
  }

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  private static GroupContent content(StepSpec.GroupByKey spec, String stepName) {
    StepSpec.Combining combining = spec.combine();
    if (combining == null) {
      return new GroupContent((Coder<Object>) spec.inputCoder().getValueCoder(), null, false);
    }
    return new GroupContent(
        (Coder<Object>) combining.accumulatorCoder(),
        (CombineFn<Object, Object, Object>)
            FunctionCopy.of(stepName, "CombineFn", combining.combineFn()),
        combining.mergesAccumulators());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A shortcut: records share their windows.
  public void processKeyed(Object value, Meta meta, Object key, int hash) {
    KV<?, ?> kv = (KV<?, ?>) value;
    if (meta.windows() != lastWindows) {
      turnTo(meta.windows());
    }
    if (lastGone > 0) {
      dropped.inc(lastGone);
    }
    if (lastTable != null) {
      lastTable.add(key, hash, kv.getKey(), kv.getValue());
    }
  }

  @SuppressWarnings("ReferenceEquality") // A shortcut: records share their window.
  private void turnTo(Collection<? extends BoundedWindow> windows) {
    BoundedWindow only = windows.size() == 1 ? windows.iterator().next() : null;
    lastWindows = windows;
    if (only != null && only == lastOnly) {
      return;
    }
    lastOnly = only;
    long watermark = times.inputWatermark();
    int gone = 0;
    for (BoundedWindow window : windows) {
      gone += window.maxTimestamp().getMillis() < watermark ? 1 : 0;
    }
    lastTable = null;
    if (gone < windows.size()) {
      lastTable = tables.find(windows);
      if (lastTable == null) {
        lastTable = tables.create(windows, watermark);
      }
    }
    lastGone = gone;
  }

  @Override
  public boolean isDue() {
    return tables.anyEndsBefore(times.inputWatermark());
  }

  @Override
  public long nextEventTime() {
    return tables.firstEnd() == Long.MAX_VALUE ? Long.MAX_VALUE : tables.firstEnd() + 1;
  }

  @Override
  public void fire() {
    while (isDue()) {
      lastWindows = null;
      lastOnly = null;
      lastTable = null;
      emit(tables.removeFirst());
    }
  }

  private void emit(GroupTables.ClosedWindow closed) {
    BoundedWindow window = closed.window();
    Meta pane = Meta.of(window.maxTimestamp().getMillis(), window, ONLY_PANE);
    Meta meta = times.isDraining() ? pane.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN) : pane;
    closed.emit((key, result) -> output.process(KV.of(key, result), meta));
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(tables);
  }
}
