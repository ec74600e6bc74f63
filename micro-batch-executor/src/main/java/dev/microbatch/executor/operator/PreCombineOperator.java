package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.memory.Weigher;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * Combines the values of one key and window within a bundle, so that one accumulator leaves the
 * stage instead of many values.
 *
 * <p>Accumulators are kept by window and then by key, in memory, until the bundle ends or the
 * bounds below are reached, in number or in memory; then they are passed on, compacted and
 * forgotten. An accumulator that was passed on is never touched again.
 *
 * <p>An element whose window has expired passes as an accumulator of its own, so that the grouping,
 * which will drop it, counts elements. The grouping's watermark is never ahead of this one's, so
 * what it drops has passed like that.
 *
 * <p>The timestamp of an accumulator is that of its values, combined as the windowing strategy
 * says. A shift of timestamps by the WindowFn ({@code getOutputTime}) is left to the grouping.
 */
public final class PreCombineOperator implements Operator {

  /** How many accumulators are kept, over all windows. */
  static final int MAX_ACCUMULATORS = 200_000;

  /** How many values are added before all accumulators are passed on. */
  static final int MAX_VALUES = 1_000_000;

  /** How much memory the accumulators may keep at most, in bytes. */
  private static final long MAX_BYTES = 64 << 20;

  /** How much at least, even on a small heap. */
  private static final long MIN_BYTES = 1 << 20;

  /** Which part of the heap; there are as many of these operators as steps and partitions. */
  private static final long HEAP_SHARE = 64;

  private final String stepName;
  private final StepMetrics metrics;
  private final CombineFn<Object, Object, Object> fn;
  private final KeyCodec<Object> codec;
  private final WindowingStrategy<?, ?> windowing;
  private final KeyCodec<BoundedWindow> windowCodec;
  private final TimestampCombiner times;
  private final StageTimes stageTimes;
  private final Receiver output;
  private final int maxAccumulators;
  private final int maxValues;
  private final CombinedWeight weight;

  /** By the comparable form of the window. */
  private Map<Object, AccumulatorTable> tables = new LinkedHashMap<>();

  private int accumulators;
  private int values;
  private int expectedKeys;

  /** The windows of the last record, if it was in one only, and their table. */
  private @Nullable Collection<? extends BoundedWindow> lastWindows;

  private @Nullable Object lastWindow;
  private @Nullable AccumulatorTable lastTable;

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
    this.fn =
        (CombineFn<Object, Object, Object>)
            FunctionCopy.of(stepName, "CombineFn", spec.combineFn());
    this.codec = KeyCodec.of((Coder<Object>) spec.inputCoder().getKeyCoder());
    this.windowing = spec.windowing();
    this.windowCodec = KeyCodec.of((Coder<BoundedWindow>) windowing.getWindowFn().windowCoder());
    this.times = windowing.getTimestampCombiner();
    this.stageTimes = stageTimes;
    this.output = output;
    this.maxAccumulators = maxAccumulators;
    this.maxValues = maxValues;
    this.weight =
        new CombinedWeight(
            Weigher.of(spec.accumulatorCoder()),
            Weigher.of(spec.inputCoder().getValueCoder()),
            maxBytes);
  }

  @Override
  public void startBundle() {
    metrics.bind();
  }

  @Override
  public void process(Object value, Meta meta) {
    KV<?, ?> record = (KV<?, ?>) value;
    MetricsContainer previous = metrics.enter();
    try {
      Object comparable = codec.cheapForm(record.getKey());
      Collection<? extends BoundedWindow> windows = meta.windows();
      if (windows == lastWindows) {
        add(lastTable, comparable, record, meta.timestamp());
      } else if (windows.size() == 1) {
        if (add(meta.window(), comparable, record, meta.timestamp())) {
          lastWindows = windows;
        }
      } else {
        for (BoundedWindow window : windows) {
          add(window, comparable, record, meta.timestamp());
        }
      }
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
    if (accumulators >= maxAccumulators || values >= maxValues || weight.isFull(tables.values())) {
      flush();
    }
  }

  /** Adds a record to the table of a window, or passes it if there is none any more. */
  private boolean add(BoundedWindow window, Object comparable, KV<?, ?> record, long timestamp) {
    AccumulatorTable table = table(window);
    if (table == null) {
      Object accumulator = fn.addInput(fn.createAccumulator(), record.getValue());
      emit(
          record.getKey(),
          accumulator,
          Meta.of(time(window, timestamp), window, PaneInfo.NO_FIRING));
      return false;
    }
    add(table, comparable, record, timestamp);
    return true;
  }

  /** The table of a window, or null if the window has expired. */
  private @Nullable AccumulatorTable table(BoundedWindow window) {
    Object comparable = windowCodec.comparable(window);
    if (lastTable != null && comparable.equals(lastWindow)) {
      return lastTable;
    }
    AccumulatorTable table = tables.get(comparable);
    if (table == null) {
      if (LateDataUtils.garbageCollectionTime(window, windowing).getMillis()
          < stageTimes.inputWatermark()) {
        return null;
      }
      table = new AccumulatorTable(window, expectedKeys);
      tables.put(comparable, table);
    }
    lastWindow = comparable;
    lastTable = table;
    lastWindows = null;
    return table;
  }

  private void add(AccumulatorTable table, Object comparable, KV<?, ?> record, long timestamp) {
    values++;
    AccumulatorTable.Entry entry = table.find(comparable);
    if (entry == null) {
      Object accumulator = fn.addInput(fn.createAccumulator(), record.getValue());
      table.insert(comparable, record.getKey(), accumulator, timestamp);
      weight.created(accumulator);
      accumulators++;
    } else {
      entry.accumulator = fn.addInput(entry.accumulator, record.getValue());
      weight.added(record.getValue());
      entry.time =
          times == TimestampCombiner.LATEST
              ? Math.max(entry.time, timestamp)
              : Math.min(entry.time, timestamp);
    }
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
    Collection<AccumulatorTable> full = tables.values();
    expectedKeys = accumulators / full.size();
    forget();
    full.forEach(this::emit);
  }

  private void emit(AccumulatorTable table) {
    BoundedWindow window = table.window();
    Meta meta = null;
    for (AccumulatorTable.Entry entry = table.first(); entry != null; entry = entry.next()) {
      long time = time(window, entry.time);
      if (meta == null) {
        meta = Meta.of(time, window, PaneInfo.NO_FIRING);
      } else {
        meta = meta.withTimestamp(time);
      }
      emit(entry.key(), entry.accumulator, meta);
    }
  }

  private void emit(Object key, Object accumulator, Meta meta) {
    output.process(KV.of(key, compact(accumulator)), meta);
  }

  private long time(BoundedWindow window, long combined) {
    return times == TimestampCombiner.END_OF_WINDOW ? window.maxTimestamp().getMillis() : combined;
  }

  private Object compact(Object accumulator) {
    MetricsContainer previous = metrics.enter();
    try {
      return fn.compact(accumulator);
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      metrics.leave(previous);
    }
  }

  private void forget() {
    tables = new LinkedHashMap<>();
    accumulators = 0;
    values = 0;
    weight.reset();
    lastWindows = null;
    lastWindow = null;
    lastTable = null;
  }
}
