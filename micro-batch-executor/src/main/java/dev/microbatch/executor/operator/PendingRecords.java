package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.state.KeyWindows;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Records that wait for the end of the batch, those of a key in a ring: its {@linkplain
 * KeyWindows#pending number} is that of its last record, from 1, and each record knows the next,
 * the last one the first.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class PendingRecords {

  private static final int FIRST_CAPACITY = 16;

  private @Nullable Object[] values = new Object[FIRST_CAPACITY];
  private @Nullable Meta[] metas = new Meta[FIRST_CAPACITY];
  private int[] next = new int[FIRST_CAPACITY];
  private @Nullable KeyWindows[] keys = new KeyWindows[FIRST_CAPACITY];
  private int size;
  private int keyCount;

  /** Takes one record of a key. */
  @FunctionalInterface
  interface Sink {
    void accept(@Nullable Object value, Meta meta);
  }

  int size() {
    return size;
  }

  void add(KeyWindows key, @Nullable Object value, Meta meta) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
      metas = Arrays.copyOf(metas, size * 2);
      next = Arrays.copyOf(next, size * 2);
      keys = Arrays.copyOf(keys, size * 2);
    }
    int last = key.pending() - 1;
    if (last < 0) {
      next[size] = size;
      keys[keyCount++] = key;
    } else {
      next[size] = next[last];
      next[last] = size;
    }
    values[size] = value;
    metas[size] = meta;
    key.setPending(++size);
  }

  /** How many keys have records. */
  int keyCount() {
    return keyCount;
  }

  /** A key, in the order in which they came first. */
  KeyWindows key(int number) {
    return keys[number];
  }

  /** Gives the records of a key in the order in which they came. */
  void forEach(KeyWindows key, Sink sink) {
    int last = key.pending() - 1;
    int at = last;
    do {
      at = next[at];
      sink.accept(values[at], metas[at]);
    } while (at != last);
  }

  /** Forgets all records; those of each key have been taken. */
  void clear() {
    Arrays.fill(values, 0, size, null);
    Arrays.fill(metas, 0, size, null);
    Arrays.fill(keys, 0, keyCount, null);
    size = 0;
    keyCount = 0;
  }
}
