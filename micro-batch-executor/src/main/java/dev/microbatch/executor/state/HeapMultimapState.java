package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.ReadableState;

/**
 * Bags of values by keys, which are compared by their encoded form. Changes are tracked by key, and
 * within a key by value as long as values are only added.
 */
final class HeapMultimapState<K, V> extends Cell<HeapMultimapState<K, V>>
    implements MultimapState<K, V> {

  /** By the comparable form of the key. */
  private final Map<Object, Group<K, V>> groups = new LinkedHashMap<>(4);

  /** Keys whose values were added to or removed. */
  private final ChangedKeys<K> changed;

  /** Keys that were removed, whether they have come back or not. */
  private final ChangedKeys<K> removed;

  private HeapMultimapState(HeapScope scope, Column column) {
    super(scope, column);
    this.changed = new ChangedKeys<>(scope.key().store().tracked());
    this.removed = new ChangedKeys<>(scope.key().store().tracked());
  }

  /** The values of one key. */
  private record Group<K, V>(K key, Elements<V> values) {}

  /** Some values of one key, captured. */
  private record CapturedGroup<K, V>(K key, List<V> values) {}

  /** Multimaps by the coders of their keys and values. */
  record Type<K, V>(KeyCodec<K> keyCodec, Coder<V> valueCoder) implements Column.CellType {
    Type(Coder<K> keyCoder, Coder<V> valueCoder) {
      this(KeyCodec.of(keyCoder), valueCoder);
    }

    private Coder<K> keyCoder() {
      return keyCodec.coder();
    }

    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapMultimapState<K, V>(scope, column);
    }

    private void encode(CapturedGroup<K, V> group, OutputStream out) throws IOException {
      keyCoder().encode(group.key(), out);
      Change.encodeAll(group.values(), valueCoder::encode, out);
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
    HeapMultimapState<K, V> live = live();
    Object comparable = live.comparable(key);
    live.changing();
    live.changed.add(comparable, key);
    live.group(comparable, key).values().add(value);
  }

  private Group<K, V> group(Object comparable, K key) {
    return groups.computeIfAbsent(comparable, k -> new Group<>(key, new Elements<>()));
  }

  @Override
  public void remove(K key) {
    HeapMultimapState<K, V> live = live();
    Object comparable = live.comparable(key);
    if (live.groups.containsKey(comparable)) {
      live.changing();
      live.removed.add(comparable, key);
      live.groups.remove(comparable);
      live.mayBeVacant();
    }
  }

  @Override
  public ReadableState<Iterable<V>> get(K key) {
    return Reading.of(
        () -> {
          HeapMultimapState<K, V> live = live();
          live.touching();
          Group<K, V> group = live.groups.get(live.comparable(key));
          return group == null ? List.of() : group.values().view();
        });
  }

  @Override
  public ReadableState<Iterable<K>> keys() {
    return Reading.of(
        () -> {
          HeapMultimapState<K, V> live = live();
          live.touching();
          List<K> keys = new ArrayList<>(live.groups.size());
          for (Group<K, V> group : live.groups.values()) {
            keys.add(group.key());
          }
          return Collections.unmodifiableList(keys);
        });
  }

  @Override
  public ReadableState<Iterable<Entry<K, V>>> entries() {
    return Reading.of(
        () -> {
          HeapMultimapState<K, V> live = live();
          live.touching();
          List<Entry<K, V>> entries = new ArrayList<>();
          for (Group<K, V> group : live.groups.values()) {
            for (V value : group.values().view()) {
              entries.add(new SimpleImmutableEntry<>(group.key(), value));
            }
          }
          return Collections.unmodifiableList(entries);
        });
  }

  @Override
  public ReadableState<Boolean> containsKey(K key) {
    return Reading.of(
        () -> {
          HeapMultimapState<K, V> live = live();
          return live.groups.containsKey(live.comparable(key));
        });
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapMultimapState<K, V> live = live();
    if (!live.vacant()) {
      live.changing();
      live.changed.addAll();
      live.groups.clear();
      live.mayBeVacant();
    }
  }

  @Override
  boolean vacant() {
    return groups.isEmpty();
  }

  @Override
  Capture capture(boolean all) {
    boolean whole = all || changed.isAll();
    List<CapturedGroup<K, V>> added = new ArrayList<>();
    List<K> gone = new ArrayList<>();
    if (whole) {
      for (Group<K, V> group : groups.values()) {
        added.add(new CapturedGroup<>(group.key(), group.values().capture(true)));
      }
    } else {
      for (Entry<Object, K> key : removed.entries()) {
        gone.add(key.getValue());
      }
      for (Entry<Object, K> key : changed.entries()) {
        Group<K, V> group = groups.get(key.getKey());
        if (group != null) {
          added.add(new CapturedGroup<>(group.key(), group.values().capture(false)));
        }
      }
    }
    changed.reset();
    removed.reset();
    Type<K, V> type = type();
    return new Capture(
        !added.isEmpty(),
        () ->
            whole
                ? Changes.of(StateEntry.Op.PUT, added, type::encode)
                : Changes.delta(gone, type.keyCoder()::encode, added, type::encode));
  }

  @Override
  void decode(Change change) throws IOException {
    if (change.op() == StateEntry.Op.DELETE) {
      change.forEach(in -> groups.remove(comparable(type().keyCoder().decode(in))));
      return;
    }
    if (change.op() == StateEntry.Op.PUT) {
      groups.clear();
    }
    change.forEach(this::decodeGroup);
  }

  private void decodeGroup(InputStream in) throws IOException {
    K key = type().keyCoder().decode(in);
    Elements<V> values = group(comparable(key), key).values();
    Coder<V> valueCoder = type().valueCoder();
    Change.decodeAll(in, value -> values.add(valueCoder.decode(value)));
  }

  @Override
  HeapMultimapState<K, V> self() {
    return this;
  }
}
