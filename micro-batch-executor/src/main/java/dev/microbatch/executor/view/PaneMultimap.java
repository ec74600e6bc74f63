package dev.microbatch.executor.view;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.combine.Chunks;
import dev.microbatch.executor.combine.KeyIndex;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.transforms.Materializations.MultimapView;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The pairs of a side input by their keys, which are compared by their encoded form. A key with one
 * value, as all keys of a map have, has no list. Never changed after it was made.
 */
final class PaneMultimap<K, V> implements MultimapView<K, V> {

  private final KeyCodec<K> codec;
  private final KeyIndex index = new KeyIndex();

  /** The value of a key, or {@link Several}, by the number of the key. */
  private final Chunks.Objects values = new Chunks.Objects();

  /** The values of a key with more than one: a class of its own, which no value is of. */
  private static final class Several {
    private final List<@Nullable Object> values = new ArrayList<>(2);
  }

  PaneMultimap(KeyCodec<K> codec, Iterable<KV<K, V>> pairs) {
    this.codec = codec;
    for (KV<K, V> pair : pairs) {
      Object comparable = codec.comparable(pair.getKey());
      int hash = Objects.hashCode(comparable);
      int number = index.find(comparable, hash);
      if (number < 0) {
        values.set(index.add(comparable, hash, pair.getKey()), pair.getValue());
      } else {
        several(number).values.add(pair.getValue());
      }
    }
  }

  private Several several(int number) {
    Object known = values.get(number);
    if (known instanceof Several several) {
      return several;
    }
    Several several = new Several();
    several.values.add(known);
    values.set(number, several);
    return several;
  }

  @Override
  public List<K> get() {
    return new AbstractList<>() {
      @Override
      @SuppressWarnings("unchecked") // Only keys were put there.
      public K get(int number) {
        Objects.checkIndex(number, size());
        return (K) index.key(number);
      }

      @Override
      public int size() {
        return index.size();
      }
    };
  }

  @Override
  @SuppressWarnings("unchecked") // Only values were put there.
  public List<V> get(K key) {
    Object comparable = codec.comparable(key);
    int number = index.find(comparable, Objects.hashCode(comparable));
    if (number < 0) {
      return List.of();
    }
    Object known = values.get(number);
    return known instanceof Several several
        ? Collections.unmodifiableList((List<V>) several.values)
        : Collections.singletonList((V) known);
  }
}
