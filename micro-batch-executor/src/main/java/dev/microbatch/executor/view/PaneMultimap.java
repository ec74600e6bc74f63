package dev.microbatch.executor.view;

import dev.microbatch.executor.block.KeyCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.Materializations.MultimapView;
import org.apache.beam.sdk.values.KV;

/**
 * The pairs of a side input by their keys, which are compared by their encoded form. Never changed
 * after it was made.
 */
final class PaneMultimap<K, V> implements MultimapView<K, V> {

  private final KeyCodec<K> codec;
  private final List<K> keys = new ArrayList<>();

  /** By the comparable form of the key. */
  private final Map<Object, List<V>> values = new HashMap<>();

  PaneMultimap(KeyCodec<K> codec, Iterable<KV<K, V>> pairs) {
    this.codec = codec;
    for (KV<K, V> pair : pairs) {
      Object comparable = codec.comparable(pair.getKey());
      List<V> known = values.get(comparable);
      if (known == null) {
        known = new ArrayList<>(1);
        values.put(comparable, known);
        keys.add(pair.getKey());
      }
      known.add(pair.getValue());
    }
  }

  @Override
  public List<K> get() {
    return Collections.unmodifiableList(keys);
  }

  @Override
  public List<V> get(K key) {
    return Collections.unmodifiableList(values.getOrDefault(codec.comparable(key), List.of()));
  }
}
