package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Function;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.ReadableStates;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A map whose keys are compared by their encoded form, in the order in which they came. Changes are
 * tracked by key.
 */
final class HeapMapState<K, V> extends Cell<HeapMapState<K, V>> implements MapState<K, V> {

  /** By the comparable form of the key. */
  private final Map<Object, Entry<K, V>> entries = new LinkedHashMap<>(4);

  private final ChangedKeys<K> changed;

  private HeapMapState(HeapScope scope, Column column) {
    super(scope, column);
    this.changed = new ChangedKeys<>(scope.key().store().tracked());
  }

  /** Maps by the coders of their keys and values. */
  record Type<K, V>(KeyCodec<K> keyCodec, Coder<V> valueCoder) implements Column.CellType {
    Type(Coder<K> keyCoder, Coder<V> valueCoder) {
      this(KeyCodec.of(keyCoder), valueCoder);
    }

    private Coder<K> keyCoder() {
      return keyCodec.coder();
    }

    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapMapState<K, V>(scope, column);
    }

    private void encode(Entry<K, V> entry, OutputStream out) throws IOException {
      keyCoder().encode(entry.getKey(), out);
      valueCoder.encode(entry.getValue(), out);
    }
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Type<K, V> type() {
    return (Type<K, V>) column().type();
  }

  private Object comparable(K key) {
    return type().keyCodec().retained(key);
  }

  @Override
  public void put(K key, V value) {
    HeapMapState<K, V> live = live();
    live.set(live.comparable(key), key, value);
  }

  private void set(Object comparable, K key, V value) {
    changing();
    changed.add(comparable, key);
    entries.put(comparable, new SimpleImmutableEntry<>(key, value));
  }

  @Override
  public void remove(K key) {
    HeapMapState<K, V> live = live();
    Object comparable = live.comparable(key);
    if (live.entries.containsKey(comparable)) {
      live.changing();
      live.changed.add(comparable, key);
      live.entries.remove(comparable);
      live.mayBeVacant();
    }
  }

  @Override
  public ReadableState<V> computeIfAbsent(K key, Function<? super K, ? extends V> mappingFunction) {
    HeapMapState<K, V> live = live();
    live.touching();
    Object comparable = live.comparable(key);
    Entry<K, V> entry = live.entries.get(comparable);
    if (entry != null && entry.getValue() != null) {
      return ReadableStates.immediate(entry.getValue());
    }
    V computed = mappingFunction.apply(key);
    // The function is the user's, and may have used this state.
    live().set(comparable, key, computed);
    return ReadableStates.immediate(null);
  }

  @Override
  public ReadableState<V> get(K key) {
    return getOrDefault(key, null);
  }

  @Override
  public ReadableState<V> getOrDefault(K key, @Nullable V defaultValue) {
    return Reading.of(
        () -> {
          HeapMapState<K, V> live = live();
          live.touching();
          Entry<K, V> entry = live.entries.get(live.comparable(key));
          return entry == null ? defaultValue : entry.getValue();
        });
  }

  @Override
  public ReadableState<Iterable<K>> keys() {
    return Reading.of(() -> live().list(Entry::getKey));
  }

  @Override
  public ReadableState<Iterable<V>> values() {
    return Reading.of(() -> live().list(Entry::getValue));
  }

  @Override
  public ReadableState<Iterable<Entry<K, V>>> entries() {
    return Reading.of(() -> live().list(entry -> entry));
  }

  private <T> List<T> list(Function<Entry<K, V>, T> part) {
    touching();
    List<T> list = new ArrayList<>(entries.size());
    for (Entry<K, V> entry : entries.values()) {
      list.add(part.apply(entry));
    }
    return Collections.unmodifiableList(list);
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapMapState<K, V> live = live();
    if (!live.vacant()) {
      live.changing();
      live.changed.addAll();
      live.entries.clear();
      live.mayBeVacant();
    }
  }

  @Override
  boolean vacant() {
    return entries.isEmpty();
  }

  @Override
  Capture capture(boolean all) {
    Type<K, V> type = type();
    if (all || changed.isAll()) {
      changed.reset();
      List<Entry<K, V>> captured = new ArrayList<>(entries.values());
      return new Capture(
          mutable(captured), () -> Changes.of(StateEntry.Op.PUT, captured, type::encode));
    }
    List<K> removed = new ArrayList<>();
    List<Entry<K, V>> put = new ArrayList<>();
    for (Entry<Object, K> key : changed.entries()) {
      Entry<K, V> entry = entries.get(key.getKey());
      if (entry == null) {
        removed.add(key.getValue());
      } else {
        put.add(entry);
      }
    }
    changed.reset();
    return new Capture(
        mutable(put), () -> Changes.delta(removed, type.keyCoder()::encode, put, type::encode));
  }

  private static boolean mutable(Collection<? extends Entry<?, ?>> captured) {
    for (Entry<?, ?> entry : captured) {
      if (!Values.immutable(entry.getValue()) || !Values.immutable(entry.getKey())) {
        return true;
      }
    }
    return false;
  }

  @Override
  void decode(Change change) throws IOException {
    if (change.op() == StateEntry.Op.DELETE) {
      change.forEach(in -> entries.remove(comparable(type().keyCoder().decode(in))));
      return;
    }
    if (change.op() == StateEntry.Op.PUT) {
      entries.clear();
    }
    change.forEach(this::decodeEntry);
  }

  private void decodeEntry(InputStream in) throws IOException {
    K key = type().keyCoder().decode(in);
    V value = type().valueCoder().decode(in);
    entries.put(comparable(key), new SimpleImmutableEntry<>(key, value));
  }

  @Override
  HeapMapState<K, V> self() {
    return this;
  }
}
