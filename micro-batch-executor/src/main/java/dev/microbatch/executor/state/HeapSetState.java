package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.ReadableStates;
import org.apache.beam.sdk.state.SetState;

/**
 * A set whose elements are compared by their encoded form, in the order in which they came. Changes
 * are tracked by element.
 */
final class HeapSetState<T> extends Cell<HeapSetState<T>> implements SetState<T> {

  /** By their comparable form. */
  private final Map<Object, T> elements = new LinkedHashMap<>(4);

  private final ChangedKeys<T> changed;

  private HeapSetState(HeapScope scope, Column column) {
    super(scope, column);
    this.changed = new ChangedKeys<>(scope.key().store().tracked());
  }

  /** Sets by the coder of their elements. */
  record Type<T>(KeyCodec<T> codec) implements Column.CellType {
    Type(Coder<T> coder) {
      this(KeyCodec.of(coder));
    }

    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapSetState<T>(scope, column);
    }
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Type<T> type() {
    return (Type<T>) column().type();
  }

  private Coder<T> coder() {
    return type().codec().coder();
  }

  private Object comparable(T element) {
    return type().codec().retained(element);
  }

  private boolean insert(T element) {
    Object comparable = comparable(element);
    if (elements.containsKey(comparable)) {
      return false;
    }
    changing();
    changed.add(comparable, element);
    elements.put(comparable, element);
    return true;
  }

  @Override
  public void add(T value) {
    live().insert(value);
  }

  @Override
  public ReadableState<Boolean> addIfAbsent(T value) {
    return ReadableStates.immediate(live().insert(value));
  }

  @Override
  public ReadableState<Boolean> contains(T value) {
    HeapSetState<T> live = live();
    return ReadableStates.immediate(live.elements.containsKey(live.comparable(value)));
  }

  @Override
  public void remove(T value) {
    HeapSetState<T> live = live();
    Object comparable = live.comparable(value);
    if (live.elements.containsKey(comparable)) {
      live.changing();
      live.changed.add(comparable, value);
      live.elements.remove(comparable);
      live.mayBeVacant();
    }
  }

  @Override
  public List<T> read() {
    HeapSetState<T> live = live();
    live.touching();
    return Collections.unmodifiableList(new ArrayList<>(live.elements.values()));
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapSetState<T> live = live();
    if (!live.vacant()) {
      live.changing();
      live.changed.addAll();
      live.elements.clear();
      live.mayBeVacant();
    }
  }

  @Override
  public HeapSetState<T> readLater() {
    return this;
  }

  @Override
  boolean vacant() {
    return elements.isEmpty();
  }

  @Override
  Capture capture(boolean all) {
    Coder<T> coder = coder();
    if (all || changed.isAll()) {
      changed.reset();
      List<T> captured = new ArrayList<>(elements.values());
      return new Capture(
          !Values.allImmutable(captured),
          () -> Changes.of(StateEntry.Op.PUT, captured, coder::encode));
    }
    List<T> removed = new ArrayList<>();
    List<T> added = new ArrayList<>();
    for (Entry<Object, T> element : changed.entries()) {
      (elements.containsKey(element.getKey()) ? added : removed).add(element.getValue());
    }
    changed.reset();
    return new Capture(
        !Values.allImmutable(added),
        () -> Changes.delta(removed, coder::encode, added, coder::encode));
  }

  @Override
  void decode(Change change) throws IOException {
    Coder<T> coder = coder();
    if (change.op() == StateEntry.Op.DELETE) {
      change.forEach(in -> elements.remove(comparable(coder.decode(in))));
      return;
    }
    if (change.op() == StateEntry.Op.PUT) {
      elements.clear();
    }
    change.forEach(
        in -> {
          T element = coder.decode(in);
          elements.put(comparable(element), element);
        });
  }

  @Override
  HeapSetState<T> self() {
    return this;
  }
}
