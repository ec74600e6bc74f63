package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A snapshot of a {@link HeapStateStore}: references to what was frozen. */
final class HeapSnapshot implements StateSnapshot {

  private final long commit;
  private final SnapshotScope scope;
  private final KeyCodec<?> keyCodec;
  private final int keyGroups;
  private volatile List<Frozen> items = List.of();
  private volatile ColdKeys.@Nullable Scan cold;
  private volatile boolean closed;

  HeapSnapshot(long commit, SnapshotScope scope, KeyCodec<?> keyCodec, int keyGroups) {
    this.commit = commit;
    this.scope = scope;
    this.keyCodec = keyCodec;
    this.keyGroups = keyGroups;
  }

  /**
   * Sets what was frozen. Called once, before anything else.
   *
   * @param items in the order in which they changed
   * @param cold the rows of keys that are not on the heap, and are contained as a whole; null if
   *     there are none
   */
  void fill(List<Frozen> items, ColdKeys.@Nullable Scan cold) {
    this.items = items;
    this.cold = cold;
  }

  boolean isClosed() {
    return closed;
  }

  long commit() {
    return commit;
  }

  @Override
  public SnapshotScope scope() {
    return scope;
  }

  @Override
  public boolean isEmpty() {
    return items.isEmpty() && !rows().hasNext();
  }

  @Override
  public void writeTo(EntrySink sink) throws IOException {
    List<Frozen> all = items;
    if (closed) {
      throw new IllegalStateException("the snapshot of commit " + commit + " is closed");
    }
    KeyWriter writer = new KeyWriter(sink);
    long[] order = order(all);
    List<Frozen> sameHash = new ArrayList<>();
    Rows rows = new Rows(rows(), sink);
    for (int from = 0; from < order.length; ) {
      int hash = (int) (order[from] >> Integer.SIZE);
      rows.writeTo(keyGroup(hash));
      sameHash.clear();
      int to = from;
      for (; to < order.length && (int) (order[to] >> Integer.SIZE) == hash; to++) {
        sameHash.add(all.get((int) order[to]));
      }
      writeSameHash(hash, sameHash, writer);
      from = to;
    }
    rows.writeTo(keyGroups);
  }

  private Iterator<ColdKeys.Row> rows() {
    ColdKeys.Scan scan = cold;
    return scan == null ? Collections.emptyIterator() : scan.rows();
  }

  /** The rows, which take their turn with what was frozen on the heap. */
  private static final class Rows {
    private final Iterator<ColdKeys.Row> rest;
    private final EntrySink sink;
    private ColdKeys.@Nullable Row next;

    Rows(Iterator<ColdKeys.Row> rows, EntrySink sink) {
      this.rest = rows;
      this.sink = sink;
      this.next = rows.hasNext() ? rows.next() : null;
    }

    /** Writes the rows up to a key group, which is the last of them. */
    void writeTo(int keyGroup) throws IOException {
      while (next != null && next.keyGroup() <= keyGroup) {
        KeyRow.read(next, sink);
        next = rest.hasNext() ? rest.next() : null;
      }
    }
  }

  /**
   * The items by key group, hash and place in the list: the hash in the upper half of a number and
   * the place in the lower one.
   */
  private long[] order(List<Frozen> all) {
    int[] ends = new int[keyGroups];
    for (Frozen item : all) {
      ends[keyGroup(item.key().hash())]++;
    }
    int sum = 0;
    int[] next = new int[keyGroups];
    for (int group = 0; group < keyGroups; group++) {
      next[group] = sum;
      sum += ends[group];
      ends[group] = sum;
    }
    long[] order = new long[all.size()];
    for (int i = 0; i < order.length; i++) {
      int hash = all.get(i).key().hash();
      order[next[keyGroup(hash)]++] = ((long) hash << Integer.SIZE) | i;
    }
    int start = 0;
    for (int end : ends) {
      Arrays.sort(order, start, end);
      start = end;
    }
    return order;
  }

  private void writeSameHash(int hash, List<Frozen> items, KeyWriter writer) throws IOException {
    if (isOneKey(items)) {
      writeSameKey(hash, items, writer);
      return;
    }
    // By the comparable form, because a key that was dropped and came back has two handles.
    Map<Object, List<Frozen>> byKey = new LinkedHashMap<>();
    for (Frozen item : items) {
      byKey.computeIfAbsent(item.key().comparable(), k -> new ArrayList<>(2)).add(item);
    }
    for (List<Frozen> key : byKey.values()) {
      writeSameKey(hash, key, writer);
    }
  }

  private void writeSameKey(int hash, List<Frozen> items, KeyWriter writer) throws IOException {
    writer.startKey(keyGroup(hash), encodeKey(items.get(0).key()));
    for (Frozen item : items) {
      item.write(writer);
    }
  }

  private static boolean isOneKey(List<Frozen> items) {
    HeapKeyedState first = items.get(0).key();
    for (Frozen item : items) {
      if (item.key() != first) {
        return false;
      }
    }
    return true;
  }

  /** The key group of a key. */
  int keyGroup(HeapKeyedState key) {
    return keyGroup(key.hash());
  }

  private int keyGroup(int hash) {
    return KeyCodec.keyGroup(hash, keyGroups);
  }

  @SuppressWarnings("unchecked") // The keys of a store are those of its codec.
  byte[] encodeKey(HeapKeyedState key) {
    try {
      return ((KeyCodec<Object>) keyCodec).encode(key.key(), key.comparable());
    } catch (RuntimeException e) {
      throw new EncodingException("a key that has state", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    items = List.of();
    ColdKeys.Scan scan = cold;
    if (scan != null) {
      cold = null;
      scan.close();
    }
  }

  /** The coder of the keys, for messages. */
  @Override
  public String toString() {
    Coder<?> coder = keyCodec.coder();
    return "HeapSnapshot[commit "
        + commit
        + (scope.isEverything() ? ", full" : "")
        + ", keys by "
        + coder
        + "]";
  }
}
