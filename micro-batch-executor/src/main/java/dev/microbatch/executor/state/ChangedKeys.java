package dev.microbatch.executor.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which entries of a cell have changed since the last capture.
 *
 * @param <K> the type of the entries' keys
 */
final class ChangedKeys<K> {

  private final boolean tracked;
  private @Nullable Map<Object, K> keys;
  private boolean all;

  /**
   * Nothing has changed yet.
   *
   * @param tracked whether there will be captures; if not, nothing is noted, because nothing would
   *     ever reset it
   */
  ChangedKeys(boolean tracked) {
    this.tracked = tracked;
  }

  /** Notes that the entry with a key was put or removed. */
  void add(Object comparable, K key) {
    if (tracked && !all) {
      if (keys == null) {
        keys = new LinkedHashMap<>();
      }
      keys.putIfAbsent(comparable, key);
    }
  }

  /** Notes that everything was removed. */
  void addAll() {
    all = true;
    keys = null;
  }

  boolean isAll() {
    return all;
  }

  /** The changed keys, by their comparable form. */
  Set<Entry<Object, K>> entries() {
    return keys == null ? Set.of() : keys.entrySet();
  }

  void reset() {
    all = false;
    keys = null;
  }
}
