package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.state.ScopedState;
import dev.microbatch.executor.state.StateSlot;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.state.TimerId;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowedValues;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Instant;

/**
 * Keeps the elements of a DoFn that requires them in order of time, until the watermark says that
 * no earlier one will come. They are state of their key and window, under the names by which Beam's
 * stateful runner keeps them, with a timer that holds the watermark at the earliest.
 */
final class SortBuffer {

  private static final String FLUSH = "__StatefulParDoSortFlushTimerId";
  private static final TimerId FLUSH_TIMER = new TimerId(FLUSH, FLUSH, TimeDomain.EVENT_TIME);

  private final StateSlot elements;
  private final StateSlot earliest;
  private final TimerSetter timers;
  private final long allowedLateness;

  /** Takes an element whose turn has come. */
  @FunctionalInterface
  interface Sorted {
    void process(Object value, Meta meta);
  }

  @SuppressWarnings("unchecked") // The windows of a strategy are those of its coder.
  SortBuffer(
      Coder<Object> inputCoder,
      WindowingStrategy<?, ?> windowing,
      StateStore store,
      TimerSetter timers) {
    Coder<WindowedValue<Object>> coder =
        WindowedValues.getFullCoder(
            inputCoder, (Coder<BoundedWindow>) windowing.getWindowFn().windowCoder());
    this.elements = store.slot(StateTags.makeSystemTagInternal(StateTags.bag("sortBuffer", coder)));
    this.earliest =
        store.slot(
            StateTags.makeSystemTagInternal(
                StateTags.value("sortBufferMinStamp", InstantCoder.of())));
    this.timers = timers;
    this.allowedLateness = Math.min(windowing.getAllowedLateness().getMillis(), EventTime.MAX);
  }

  /** Whether a timer is the one that says that elements are in order. */
  static boolean isFlush(TimerId timer) {
    return timer.id().equals(FLUSH);
  }

  /** Whether an element may still be put in order: the watermark has not passed it too far. */
  boolean accepts(long timestamp, long watermark) {
    return watermark <= timestamp + allowedLateness;
  }

  @SuppressWarnings("unchecked") // The slot was made for this.
  private BagState<WindowedValue<Object>> elements(ScopedState scope) {
    return (BagState<WindowedValue<Object>>) scope.cell(elements);
  }

  @SuppressWarnings("unchecked") // The slot was made for this.
  private ValueState<Instant> earliest(ScopedState scope) {
    return (ValueState<Instant>) scope.cell(earliest);
  }

  /** Keeps an element, which is in one window. */
  void add(ScopedState scope, StatefulWindow window, Object value, Meta meta) {
    elements(scope).add(meta.toWindowedValue(value));
    ValueState<Instant> first = earliest(scope);
    Instant before = first.read();
    if (meta.timestamp() < (before == null ? EventTime.MAX : before.getMillis())) {
      first.write(meta.instant());
      setTimer(scope, window, meta.timestamp());
    }
  }

  /**
   * Gives the elements up to a time, in order of time.
   *
   * @param upTo in milliseconds, inclusive
   */
  void flush(ScopedState scope, StatefulWindow window, long upTo, Sorted sorted) {
    List<WindowedValue<Object>> due = new ArrayList<>();
    List<WindowedValue<Object>> kept = new ArrayList<>();
    long first = EventTime.MAX;
    for (WindowedValue<Object> element : elements(scope).read()) {
      long timestamp = element.getTimestamp().getMillis();
      if (timestamp <= upTo) {
        due.add(element);
      } else {
        kept.add(element);
        first = Math.min(first, timestamp);
      }
    }
    due.sort(Comparator.comparing(WindowedValue::getTimestamp));
    for (WindowedValue<Object> element : due) {
      sorted.process(element.getValue(), Meta.of(element));
    }
    BagState<WindowedValue<Object>> rest = elements(scope);
    rest.clear();
    kept.forEach(rest::add);
    if (first < EventTime.MAX) {
      earliest(scope).write(EventTime.instant(first));
      setTimer(scope, window, first);
    } else {
      earliest(scope).clear(); // Beam writes the end of time, and nobody ever removes it
    }
  }

  private void setTimer(ScopedState scope, StatefulWindow window, long first) {
    long at = Math.min(first + allowedLateness, window.expiry());
    timers.set(scope, FLUSH_TIMER, at, first);
  }
}
