package dev.microbatch.executor.state;

import java.util.LinkedHashMap;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A map in order of insertion that can be captured without a walk. While a capture is open, changes
 * go into a layer above what was captured; when it is closed, they are merged into it. So all that
 * this costs is in proportion to the changes.
 *
 * <p>Not thread-safe: owned by one task. A capture may be read, and then closed, by another thread.
 */
final class CapturedMap<K, V> {

  private Map<K, V> base = new LinkedHashMap<>();

  /** What has changed since the open capture; null stands for what was removed. */
  private Map<K, @Nullable V> above = new LinkedHashMap<>();

  private @Nullable Capture<K, V> open;
  private int size;

  /** The contents at one moment. */
  static final class Capture<K, V> implements AutoCloseable {
    private final Map<K, V> contents;
    private volatile boolean closed;

    private Capture(Map<K, V> contents) {
      this.contents = contents;
    }

    /** The contents; not to be used after it was closed. */
    Map<K, V> contents() {
      return contents;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Nullable V get(K key) {
    return above.containsKey(key) ? above.get(key) : base.get(key);
  }

  /** Puts a value, and gives the one that it replaces. */
  @Nullable V put(K key, V value) {
    V old = get(key);
    if (isCaptured()) {
      above.put(key, value);
    } else {
      base.put(key, value);
    }
    if (old == null) {
      size++;
    }
    return old;
  }

  /** Removes a key, and gives its value. */
  @Nullable V remove(K key) {
    V old = get(key);
    if (!isCaptured()) {
      base.remove(key);
    } else if (base.containsKey(key)) {
      above.put(key, null);
    } else {
      above.remove(key);
    }
    if (old != null) {
      size--;
    }
    return old;
  }

  /** Whether it has no contents. */
  boolean isEmpty() {
    return size == 0;
  }

  /** Captures the contents. Takes a copy only if an earlier capture is still open. */
  Capture<K, V> capture() {
    if (isCaptured()) {
      base = new LinkedHashMap<>(base);
      merge();
    }
    Capture<K, V> captured = new Capture<>(base);
    open = captured;
    return captured;
  }

  private boolean isCaptured() {
    if (open == null) {
      return false;
    }
    if (!open.closed) {
      return true;
    }
    open = null;
    merge();
    return false;
  }

  private void merge() {
    if (above.isEmpty()) {
      return;
    }
    above.forEach(
        (key, value) -> {
          if (value == null) {
            base.remove(key);
          } else {
            base.put(key, value);
          }
        });
    above = new LinkedHashMap<>(); // to clear one takes as long as it was ever large
  }
}
