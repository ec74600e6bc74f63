package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.Checkpointed;
import java.util.ArrayList;
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
final class WindowTableOperator implements TimedOperator {

  private static final PaneInfo ONLY_PANE =
      PaneInfo.createPane(true, true, PaneInfo.Timing.ON_TIME, 0, 0);

  private final @Nullable CombineFn<Object, Object, Object> combineFn;
  private final StageTimes times;
  private final Receiver output;
  private final Counter dropped =
      Metrics.counter(
          LateDataDroppingDoFnRunner.class, LateDataDroppingDoFnRunner.DROPPED_DUE_TO_LATENESS);

  private final WindowTables tables;
  private WindowTables.@Nullable Table last;

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  WindowTableOperator(StepSpec.GroupByKey spec, StageTimes times, StateForm form, Receiver output) {
    StepSpec.Combining combining = spec.combine();
    this.combineFn = combining == null ? null : Reducers.combineFn(combining);
    Coder<?> contentCoder =
        combining == null ? spec.inputCoder().getValueCoder() : combining.accumulatorCoder();
    this.tables = new WindowTables(form, (Coder<Object>) contentCoder, combining == null);
    this.times = times;
    this.output = output;
  }

  @Override
  public void process(Object value, Meta meta) {
    throw new IllegalStateException("grouping needs an exchange by key");
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
    WindowTables.Table table = last;
    if (table == null || table.window != window) {
      table = table(window);
      if (table == null) {
        return;
      }
      last = table;
    }
    WindowTables.Group group = table.groups.get(key);
    if (group == null) {
      Object nothing = combineFn == null ? new ArrayList<Object>(4) : combineFn.createAccumulator();
      group = tables.add(table, key, kv.getKey(), nothing);
    }
    tables.changing(group);
    if (combineFn == null) {
      @SuppressWarnings("unchecked")
      List<Object> values = (List<Object>) group.content;
      values.add(kv.getValue());
    } else {
      group.content = combineFn.addInput(group.content, kv.getValue());
    }
  }

  /** The table of a window, or null if the window is gone. */
  private WindowTables.@Nullable Table table(BoundedWindow window) {
    Object comparable = tables.comparable(window);
    if (last != null && last.comparable.equals(comparable)) {
      return last;
    }
    WindowTables.Table table = tables.find(comparable);
    if (table == null) {
      if (window.maxTimestamp().getMillis() < times.inputWatermark()) {
        dropped.inc();
        return null;
      }
      table = tables.create(window, comparable);
    }
    return table;
  }

  @Override
  public boolean isDue() {
    return tables.anyEndsBefore(times.inputWatermark());
  }

  @Override
  public void fire() {
    while (isDue()) {
      last = null;
      tables.removeFirst().forEach(this::emit);
    }
  }

  private void emit(WindowTables.Table table) {
    Meta meta = Meta.of(table.window.maxTimestamp().getMillis(), table.window, ONLY_PANE);
    if (times.isDraining()) {
      meta = meta.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN);
    }
    for (WindowTables.Group group : table.groups.values()) {
      Object result = group.content;
      if (combineFn != null) {
        group.touching();
        result = combineFn.extractOutput(result);
      }
      output.process(KV.of(group.key, result), meta);
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(tables);
  }
}
