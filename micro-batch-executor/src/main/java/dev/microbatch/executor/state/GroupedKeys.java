package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The keys of a store: a table for each key group, so that a group is found without looking at all
 * others, and no table is so large that it takes long to grow.
 *
 * @param <K> what is kept for a key
 */
final class GroupedKeys<K extends HashedKey> {

  private final List<@Nullable KeyTable<K>> tables;

  /** What is to be taken of a hash, if the number of groups is a power of two; otherwise -1. */
  private final int mask;

  private int size;

  /** The key group that was looked at last for keys to leave. */
  private int hand;

  /**
   * Creates it, without keys.
   *
   * @param keyGroups how many key groups there are
   */
  GroupedKeys(int keyGroups) {
    this.tables = new ArrayList<>(Collections.nCopies(keyGroups, null));
    this.mask = Integer.bitCount(keyGroups) == 1 ? keyGroups - 1 : -1;
  }

  private int group(int hash) {
    return mask >= 0 ? hash & mask : KeyCodec.keyGroup(hash, tables.size());
  }

  int size() {
    return size;
  }

  @Nullable K find(Object comparable, int hash) {
    KeyTable<K> table = tables.get(group(hash));
    return table == null ? null : table.find(comparable, hash);
  }

  /** Adds a key that is not there. */
  void add(K key) {
    int group = group(key.hash());
    KeyTable<K> table = tables.get(group);
    if (table == null) {
      table = new KeyTable<>();
      tables.set(group, table);
    }
    table.add(key);
    size++;
  }

  /** Removes a key that is there. */
  void remove(K key) {
    tables.get(group(key.hash())).remove(key);
    size--;
  }

  /** Gives the keys of some groups. Nothing may be added or removed meanwhile. */
  void forEach(KeyGroupRange groups, Consumer<? super K> consumer) {
    for (int group = groups.first(); group < Math.min(groups.end(), tables.size()); group++) {
      KeyTable<K> table = tables.get(group);
      if (table != null) {
        table.forEach(consumer);
      }
    }
  }

  /** Some keys, going round the groups from call to call: so many, or all if there are less. */
  List<K> next(int count) {
    List<K> next = new ArrayList<>(Math.min(count, size));
    for (int i = 0; i < tables.size() && next.size() < count; i++) {
      hand = (hand + 1) % tables.size();
      KeyTable<K> table = tables.get(hand);
      if (table != null) {
        table.forEach(
            key -> {
              if (next.size() < count) {
                next.add(key);
              }
            });
      }
    }
    return next;
  }
}
