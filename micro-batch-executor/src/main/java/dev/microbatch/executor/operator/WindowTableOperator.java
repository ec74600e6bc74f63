package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.runners.core.LateDataDroppingDoFnRunner;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;

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

  private final Map<BoundedWindow, Table> tables = new HashMap<>();
  private final TreeMap<Long, List<Table>> byEnd = new TreeMap<>();
  private @Nullable Table last;

  /** What has come for one window. */
  private static final class Table {
    final BoundedWindow window;
    final Map<Object, Group> groups = new HashMap<>();

    Table(BoundedWindow window) {
      this.window = window;
    }
  }

  /** What has come for one key. */
  private static final class Group {
    final Object key;
    Object content;

    Group(Object key, Object content) {
      this.key = key;
      this.content = content;
    }
  }

  WindowTableOperator(StepSpec.GroupByKey spec, StageTimes times, Receiver output) {
    this.combineFn = spec.combine() == null ? null : Reducers.combineFn(spec.combine());
    this.times = times;
    this.output = output;
  }

  /** Whether a windowing strategy lets each window fire exactly once, at its end. */
  static boolean supports(WindowingStrategy<?, ?> windowing) {
    return !windowing.needsMerge()
        && windowing.getTrigger() instanceof DefaultTrigger
        && windowing.getAllowedLateness().equals(Duration.ZERO)
        && windowing.getTimestampCombiner() == TimestampCombiner.END_OF_WINDOW;
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
    Table table = last;
    if (table == null || !(table.window == window || table.window.equals(window))) {
      table = table(window);
      if (table == null) {
        return;
      }
      last = table;
    }
    Group group = table.groups.get(key);
    if (combineFn == null) {
      gather(table, group, key, kv);
    } else {
      combine(table, group, key, kv);
    }
  }

  private static void gather(Table table, @Nullable Group group, Object key, KV<?, ?> kv) {
    if (group == null) {
      List<Object> values = new ArrayList<>(4);
      values.add(kv.getValue());
      table.groups.put(key, new Group(kv.getKey(), values));
    } else {
      @SuppressWarnings("unchecked")
      List<Object> values = (List<Object>) group.content;
      values.add(kv.getValue());
    }
  }

  private void combine(Table table, @Nullable Group group, Object key, KV<?, ?> kv) {
    Group into = group;
    if (into == null) {
      into = new Group(kv.getKey(), combineFn.createAccumulator());
      table.groups.put(key, into);
    }
    into.content = combineFn.addInput(into.content, kv.getValue());
  }

  /** The table of a window, or null if the window is gone. */
  private @Nullable Table table(BoundedWindow window) {
    Table table = tables.get(window);
    if (table == null) {
      long end = window.maxTimestamp().getMillis();
      if (end < times.inputWatermark()) {
        dropped.inc();
        return null;
      }
      table = new Table(window);
      tables.put(window, table);
      byEnd.computeIfAbsent(end, at -> new ArrayList<>(1)).add(table);
    }
    return table;
  }

  @Override
  public boolean isDue() {
    return !byEnd.isEmpty() && byEnd.firstKey() < times.inputWatermark();
  }

  @Override
  public void fire() {
    while (isDue()) {
      for (Table table : byEnd.pollFirstEntry().getValue()) {
        tables.remove(table.window);
        last = null;
        emit(table);
      }
    }
  }

  private void emit(Table table) {
    Meta meta = Meta.of(table.window.maxTimestamp().getMillis(), table.window, ONLY_PANE);
    if (times.isDraining()) {
      meta = meta.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN);
    }
    for (Group group : table.groups.values()) {
      Object result = combineFn == null ? group.content : combineFn.extractOutput(group.content);
      output.process(KV.of(group.key, result), meta);
    }
  }
}
