package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.WindowsKey;
import dev.microbatch.executor.memory.Weigher;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Combines the values of one key with the same windows within a bundle, so that one accumulator
 * leaves the stage instead of many values.
 *
 * <p>Accumulators are kept by the windows of their values and then by key, in memory, until the
 * bundle ends or the bounds below are reached, in number or in memory; then they are passed on,
 * each in all of its windows, compacted and forgotten. An accumulator that was passed on is never
 * touched again.
 *
 * <p>An element of which a window has expired passes as an accumulator of its own, so that the
 * grouping, which will drop it, counts elements. The grouping's watermark is never ahead of this
 * one's, so what it drops has passed like that.
 *
 * <p>The timestamp of an accumulator is that of its values, combined as the windowing strategy
 * says. A shift of timestamps by the WindowFn ({@code getOutputTime}) is left to the grouping.
 */
public final class PreCombineOperator implements Operator {

  /** How many accumulators are kept, over all tables. */
  static final int MAX_ACCUMULATORS = 200_000;

  /** How many values are added before all accumulators are passed on. */
  static final int MAX_VALUES = 1_000_000;

  /** How much memory the accumulators may keep at most, in bytes. */
  private static final long MAX_BYTES = 64 << 20;

  /** How much at least, even on a small heap. */
  private static final long MIN_BYTES = 1 << 20;

  /** Which part of the heap; there are as many of these operators as steps and partitions. */
  private static final long HEAP_SHARE = 64;

  /** An emptied table is used again if it has no more room than this many times what was in it. */
  private static final int SPARE_FACTOR = 4;

  /** How much room it may have in any case, in accumulators. */
  private static final int SPARE_MIN = 1024;

  private final String stepName;
  private final StepMetrics metrics;
  private final Accumulators.Combiner combiner;
  private final KeyCodec<Object> codec;
  private final WindowingStrategy<?, ?> windowing;
  private final KeyCodec<BoundedWindow> windowCodec;
  private final TimestampCombiner times;
  private final StageTimes stageTimes;
  private final Receiver output;
  private final int maxAccumulators;
  private final int maxValues;
  private final CombinedWeight weight;

  /** By the windows of their records. */
  private Map<WindowsKey, PreCombinedTable> tables = new LinkedHashMap<>();

  /** What is in the tables, in their order. */
  private List<AccumulatorTable> combined = new ArrayList<>();

  /** Tables that were emptied, to be used again. */
  private final Deque<AccumulatorTable> spare = new ArrayDeque<>();

  private int accumulators;
  private int values;

  /** The windows of the last record. */
  private @Nullable Collection<? extends BoundedWindow> lastWindows;

  /** The window of the last record, if it was in one only. */
  private @Nullable BoundedWindow lastOnly;

  /** The table of the last record; null if one of its windows has expired. */
  private @Nullable PreCombinedTable lastTable;

  /**
   * Creates the operator around a combiner of its own, copied from the plan's.
   *
   * @param spec how values are combined
   * @param context the operator's surroundings
   * @param stageTimes the stage's times
   * @param output where the accumulators go
   * @throws StepException if the combiner cannot be copied
   */
  public PreCombineOperator(
      StepSpec.PreCombine spec, OperatorContext context, StageTimes stageTimes, Receiver output) {
    this(spec, context, stageTimes, output, MAX_ACCUMULATORS, MAX_VALUES, maxBytes());
  }

  private static long maxBytes() {
    return Math.max(MIN_BYTES, Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
  }

  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  PreCombineOperator(
      StepSpec.PreCombine spec,
      OperatorContext context,
      StageTimes stageTimes,
      Receiver output,
      int maxAccumulators,
      int maxValues,
      long maxBytes) {
    this.stepName = context.stepName();
    this.metrics = new StepMetrics(context.stepName(), context.metrics());
    this.combiner =
        new Accumulators.Combiner(
            (CombineFn<Object, Object, Object>)
                FunctionCopy.of(stepName, "CombineFn", spec.combineFn()),
            (Coder<Object>) spec.accumulatorCoder(),
            false,
            accumulator -> accumulator);
    this.codec = KeyCodec.of((Coder<Object>) spec.inputCoder().getKeyCoder());
    this.windowing = spec.windowing();
    this.windowCodec = KeyCodec.of((Coder<BoundedWindow>) windowing.getWindowFn().windowCoder());
    this.times = windowing.getTimestampCombiner();
    this.stageTimes = stageTimes;
    this.output = output;
    this.maxAccumulators = maxAccumulators;
    this.maxValues = maxValues;
    Weigher weigher =
        combiner.column().isPrimitive() ? Weigher.constant() : Weigher.of(spec.accumulatorCoder());
    this.weight =
        new CombinedWeight(weigher, Weigher.of(spec.inputCoder().getValueCoder()), maxBytes);
  }

  @Override
  public void startBundle() {
    metrics.bind();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A shortcut: records share their windows.
  public void process(Object value, Meta meta) {
    KV<?, ?> record = (KV<?, ?>) value;
    MetricsContainer previous = metrics.enter();
    try {
      if (meta.windows() != lastWindows) {
        turnTo(meta.windows());
      }
      if (lastTable == null) {
        pass(record, meta);
      } else {
        add(lastTable, record, meta.timestamp());
      }
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
    if (accumulators >= maxAccumulators || values >= maxValues || weight.isFull(combined)) {
      flush();
    }
  }

  /** Passes a record as an accumulator of its own. */
  private void pass(KV<?, ?> record, Meta meta) {
    Object accumulator =
        combiner.fn().addInput(combiner.fn().createAccumulator(), record.getValue());
    long time = time(end(meta.windows()), meta.timestamp());
    emit(record.getKey(), accumulator, Meta.of(time, meta.windows(), PaneInfo.NO_FIRING));
  }

  /** Looks for the table of some windows; there is none if one of them has expired. */
  @SuppressWarnings("ReferenceEquality") // A shortcut: records share their window.
  private void turnTo(Collection<? extends BoundedWindow> windows) {
    BoundedWindow only = windows.size() == 1 ? windows.iterator().next() : null;
    lastWindows = windows;
    if (only != null && only == lastOnly) {
      return;
    }
    lastOnly = only;
    lastTable = null;
    WindowsKey key = WindowsKey.of(windows, windowCodec::comparable);
    PreCombinedTable table = tables.get(key);
    if (table == null && !anyExpired(windows)) {
      table = create(windows);
      tables.put(key, table);
    }
    lastTable = table;
  }

  private boolean anyExpired(Collection<? extends BoundedWindow> windows) {
    for (BoundedWindow window : windows) {
      if (LateDataUtils.garbageCollectionTime(window, windowing).getMillis()
          < stageTimes.inputWatermark()) {
        return true;
      }
    }
    return false;
  }

  private PreCombinedTable create(Collection<? extends BoundedWindow> windows) {
    AccumulatorTable table = spare.poll();
    if (table == null) {
      table = new AccumulatorTable(combiner.column());
    }
    combined.add(table);
    return new PreCombinedTable(windows, end(windows), table, times);
  }

  /** When the first of some windows ends, in milliseconds. */
  private static long end(Collection<? extends BoundedWindow> windows) {
    long end = Long.MAX_VALUE;
    for (BoundedWindow window : windows) {
      end = Math.min(end, window.maxTimestamp().getMillis());
    }
    return end;
  }

  private void add(PreCombinedTable table, KV<?, ?> record, long timestamp) {
    values++;
    Object comparable = codec.cheapForm(record.getKey());
    int before = table.combined().size();
    int row = table.combined().put(comparable, Objects.hashCode(comparable), record.getKey());
    Accumulators column = table.combined().accumulators();
    column.add(row, record.getValue());
    if (row == before) {
      accumulators++;
      weight.created(weight.isConstant() ? null : column.get(row));
    } else {
      weight.added(record.getValue());
    }
    table.at(row, timestamp, row == before);
  }

  @Override
  public void finishBundle() {
    flush();
  }

  /** Passes on all accumulators and forgets them. */
  private void flush() {
    if (accumulators == 0) {
      return;
    }
    Collection<PreCombinedTable> full = tables.values();
    forget();
    spare.clear();
    full.forEach(this::emit);
  }

  private void emit(PreCombinedTable table) {
    AccumulatorTable all = table.combined();
    Meta meta = Meta.of(table.end(), table.windows(), PaneInfo.NO_FIRING);
    int size = all.size();
    for (int row = 0; row < size; row++) {
      meta = meta.withTimestamp(table.time(row));
      emit(all.index().key(row), all.accumulators().get(row), meta);
    }
    all.clear();
    if (all.index().capacity() <= SPARE_FACTOR * size + SPARE_MIN) {
      spare.add(all);
    }
  }

  private void emit(Object key, Object accumulator, Meta meta) {
    output.process(KV.of(key, compact(accumulator)), meta);
  }

  private long time(long end, long combined) {
    return times == TimestampCombiner.END_OF_WINDOW ? end : combined;
  }

  private Object compact(Object accumulator) {
    MetricsContainer previous = metrics.enter();
    try {
      return combiner.fn().compact(accumulator);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  private void forget() {
    tables = new LinkedHashMap<>();
    combined = new ArrayList<>();
    accumulators = 0;
    values = 0;
    weight.reset();
    lastWindows = null;
    lastOnly = null;
    lastTable = null;
  }
}
