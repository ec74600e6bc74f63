package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.GroupContent;
import dev.microbatch.executor.state.GroupTables;
import dev.microbatch.executor.state.StageState;
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
 * merge, the default trigger, no allowed lateness. Window-major: one table of keys per window, and
 * no timer but the end of the window, so that a million keys are not a million timers.
 *
 * <p>Equal to the general path in values, panes and timestamps. Output timestamps at the end of the
 * window hold nothing back: the input watermark has to pass them for the window to fire.
 */
final class WindowTableOperator implements TimedOperator, KeyedOperator {

  private static final PaneInfo ONLY_PANE =
      PaneInfo.createPane(true, true, PaneInfo.Timing.ON_TIME, 0, 0);

  private final @Nullable CombineFn<Object, Object, Object> combineFn;
  private final StageTimes times;
  private final Receiver output;
  private final Counter dropped =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);

  private final GroupTables tables;
  private GroupTables.@Nullable Table last;

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  WindowTableOperator(
      StepSpec.GroupByKey spec,
      String stepName,
      StageTimes times,
      StageState state,
      Receiver output) {
    StepSpec.Combining combining = spec.combine();
    this.combineFn = combining == null ? null : Reducers.combineFn(combining, stepName);
    Coder<?> contentCoder =
        combining == null ? spec.inputCoder().getValueCoder() : combining.accumulatorCoder();
    this.tables = state.groupTables(new GroupContent((Coder<Object>) contentCoder, combineFn));
    this.times = times;
    this.output = output;
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) {
    KV<?, ?> kv = (KV<?, ?>) value;
    if (meta.windows().size() == 1) {
      add(meta.window(), kv, key);
    } else {
      for (BoundedWindow window : meta.windows()) {
        add(window, kv, key);
      }
    }
  }

  private void add(BoundedWindow window, KV<?, ?> kv, Object key) {
    GroupTables.Table table = last;
    if (table == null || table.window() != window) {
      table = table(window);
      if (table == null) {
        return;
      }
      last = table;
    }
    table.add(key, kv.getKey(), kv.getValue());
  }

  /** The table of a window, or null if the window is gone. */
  private GroupTables.@Nullable Table table(BoundedWindow window) {
    GroupTables.Table table = tables.find(window);
    if (table == null) {
      if (window.maxTimestamp().getMillis() < times.inputWatermark()) {
        dropped.inc();
        return null;
      }
      table = tables.create(window);
    }
    return table;
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
      last = null;
      tables.removeFirst().forEach(this::emit);
    }
  }

  private void emit(GroupTables.Table table) {
    BoundedWindow window = table.window();
    Meta pane = Meta.of(window.maxTimestamp().getMillis(), window, ONLY_PANE);
    Meta meta = times.isDraining() ? pane.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN) : pane;
    table.emit((key, result) -> output.process(KV.of(key, result), meta));
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(tables);
  }
}
