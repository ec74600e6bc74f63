package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The keys of a store: a table for each key group, so that a group is found without looking at all
 * others, and no table is so large that it takes long to grow.
 */
final class GroupedKeys {

  private final @Nullable KeyTable[] tables;

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
    this.tables = new KeyTable[keyGroups];
    this.mask = Integer.bitCount(keyGroups) == 1 ? keyGroups - 1 : -1;
  }

  private int group(int hash) {
    return mask >= 0 ? hash & mask : KeyCodec.keyGroup(hash, tables.length);
  }

  int size() {
    return size;
  }

  @Nullable HeapKeyedState find(Object comparable, int hash) {
    KeyTable table = tables[group(hash)];
    return table == null ? null : table.find(comparable, hash);
  }

  /** Adds a key that is not there. */
  void add(HeapKeyedState key) {
    int group = group(key.hash());
    KeyTable table = tables[group];
    if (table == null) {
      table = new KeyTable();
      tables[group] = table;
    }
    table.add(key);
    size++;
  }

  /** Removes a key that is there. */
  void remove(HeapKeyedState key) {
    tables[group(key.hash())].remove(key);
    size--;
  }

  /** Gives the keys of some groups. Nothing may be added or removed meanwhile. */
  void forEach(KeyGroupRange groups, Consumer<HeapKeyedState> consumer) {
    for (int group = groups.first(); group < Math.min(groups.end(), tables.length); group++) {
      KeyTable table = tables[group];
      if (table != null) {
        table.forEach(consumer);
      }
    }
  }

  /** Some keys, going round the groups from call to call: so many, or all if there are less. */
  List<HeapKeyedState> next(int count) {
    List<HeapKeyedState> next = new ArrayList<>(Math.min(count, size));
    for (int i = 0; i < tables.length && next.size() < count; i++) {
      hand = (hand + 1) % tables.length;
      KeyTable table = tables[hand];
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
