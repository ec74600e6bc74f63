package dev.microbatch.executor.state;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;

/**
 * Elements in order of their timestamps, those of one timestamp in the order in which they were
 * added. Changes are tracked by timestamp, and within a timestamp by element as long as elements
 * are only added.
 */
final class HeapOrderedListState<T> extends Cell<HeapOrderedListState<T>>
    implements OrderedListState<T> {

  private final NavigableMap<Long, Elements<TimestampedValue<T>>> byTime = new TreeMap<>();

  /** Timestamps at which elements were added. */
  private final ChangedKeys<Long> changed;

  /** Timestamps whose elements were removed, whether there are new ones or not. */
  private final ChangedKeys<Long> removed;

  private HeapOrderedListState(HeapScope scope, Column column) {
    super(scope, column);
    this.changed = new ChangedKeys<>(scope.key().store().tracked());
    this.removed = new ChangedKeys<>(scope.key().store().tracked());
  }

  /** Lists by the coder of their elements. */
  record Type<T>(Coder<T> coder) implements Column.CellType {
    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapOrderedListState<T>(scope, column);
    }

    private void encode(TimestampedValue<T> element, OutputStream out) throws IOException {
      encodeTimestamp(element.getTimestamp().getMillis(), out);
      coder.encode(element.getValue(), out);
    }
  }

  private static void encodeTimestamp(long timestamp, OutputStream out) throws IOException {
    new DataOutputStream(out).writeLong(timestamp);
  }

  private static long decodeTimestamp(InputStream in) throws IOException {
    return new DataInputStream(in).readLong();
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Type<T> type() {
    return (Type<T>) column().type();
  }

  @Override
  public void add(TimestampedValue<T> value) {
    HeapOrderedListState<T> live = live();
    Long timestamp = value.getTimestamp().getMillis();
    live.changing();
    live.changed.add(timestamp, timestamp);
    live.at(timestamp).add(value);
  }

  private Elements<TimestampedValue<T>> at(Long timestamp) {
    return byTime.computeIfAbsent(timestamp, t -> new Elements<>());
  }

  @Override
  public List<TimestampedValue<T>> read() {
    HeapOrderedListState<T> live = live();
    live.touching();
    return list(live.byTime);
  }

  @Override
  public List<TimestampedValue<T>> readRange(Instant minTimestamp, Instant limitTimestamp) {
    HeapOrderedListState<T> live = live();
    live.touching();
    return list(live.range(minTimestamp, limitTimestamp));
  }

  private NavigableMap<Long, Elements<TimestampedValue<T>>> range(Instant min, Instant limit) {
    return byTime.subMap(min.getMillis(), true, limit.getMillis(), false);
  }

  private static <T> List<TimestampedValue<T>> list(
      NavigableMap<Long, Elements<TimestampedValue<T>>> part) {
    List<TimestampedValue<T>> list = new ArrayList<>();
    for (Elements<TimestampedValue<T>> elements : part.values()) {
      list.addAll(elements.view());
    }
    return Collections.unmodifiableList(list);
  }

  @Override
  public void clearRange(Instant minTimestamp, Instant limitTimestamp) {
    HeapOrderedListState<T> live = live();
    NavigableMap<Long, Elements<TimestampedValue<T>>> part =
        live.range(minTimestamp, limitTimestamp);
    if (!part.isEmpty()) {
      live.changing();
      for (Long timestamp : part.keySet()) {
        live.removed.add(timestamp, timestamp);
      }
      part.clear();
      live.mayBeVacant();
    }
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapOrderedListState<T> live = live();
    if (!live.vacant()) {
      live.changing();
      live.changed.addAll();
      live.byTime.clear();
      live.mayBeVacant();
    }
  }

  @Override
  public HeapOrderedListState<T> readLater() {
    return this;
  }

  @Override
  public HeapOrderedListState<T> readRangeLater(Instant minTimestamp, Instant limitTimestamp) {
    return this;
  }

  @Override
  boolean vacant() {
    return byTime.isEmpty();
  }

  @Override
  Capture capture(boolean all) {
    boolean whole = all || changed.isAll();
    List<TimestampedValue<T>> added = new ArrayList<>();
    List<Long> gone = new ArrayList<>();
    if (whole) {
      for (Elements<TimestampedValue<T>> elements : byTime.values()) {
        added.addAll(elements.capture(true));
      }
    } else {
      for (Entry<Object, Long> timestamp : removed.entries()) {
        gone.add(timestamp.getValue());
      }
      for (Entry<Object, Long> timestamp : changed.entries()) {
        Elements<TimestampedValue<T>> elements = byTime.get(timestamp.getValue());
        if (elements != null) {
          added.addAll(elements.capture(false));
        }
      }
    }
    changed.reset();
    removed.reset();
    Type<T> type = type();
    return new Capture(
        !Values.allImmutable(added),
        () ->
            whole
                ? Changes.of(StateEntry.Op.PUT, added, type::encode)
                : Changes.delta(gone, HeapOrderedListState::encodeTimestamp, added, type::encode));
  }

  @Override
  void decode(Change change) throws IOException {
    if (change.op() == StateEntry.Op.DELETE) {
      change.forEach(in -> byTime.remove(decodeTimestamp(in)));
      return;
    }
    if (change.op() == StateEntry.Op.PUT) {
      byTime.clear();
    }
    Coder<T> coder = type().coder();
    change.forEach(
        in -> {
          long timestamp = decodeTimestamp(in);
          T value = coder.decode(in);
          at(timestamp).add(TimestampedValue.of(value, Instant.ofEpochMilli(timestamp)));
        });
  }

  @Override
  HeapOrderedListState<T> self() {
    return this;
  }
}
