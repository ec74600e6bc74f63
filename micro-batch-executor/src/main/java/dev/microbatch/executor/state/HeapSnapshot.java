package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.TimerInternals.TimerDataCoderV2;
import org.apache.beam.sdk.coders.Coder;

/** A snapshot of a {@link HeapStateStore}: references to what was frozen. */
final class HeapSnapshot implements StateSnapshot {

  private final long commit;
  private final boolean full;
  private final KeyCodec<?> keyCodec;
  private final TimerDataCoderV2 timerCoder;
  private final int keyGroups;
  private volatile List<Frozen> items = List.of();
  private volatile boolean closed;

  HeapSnapshot(
      long commit, boolean full, KeyCodec<?> keyCodec, TimerDataCoderV2 timerCoder, int keyGroups) {
    this.commit = commit;
    this.full = full;
    this.keyCodec = keyCodec;
    this.timerCoder = timerCoder;
    this.keyGroups = keyGroups;
  }

  /** Sets what was frozen, in the order in which it changed. Called once, before anything else. */
  void fill(List<Frozen> items) {
    this.items = items;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public long commit() {
    return commit;
  }

  @Override
  public boolean full() {
    return full;
  }

  @Override
  public boolean isEmpty() {
    return items.isEmpty();
  }

  @Override
  public void writeTo(EntrySink sink) throws IOException {
    List<Frozen> all = items;
    if (closed) {
      throw new IllegalStateException("the snapshot of commit " + commit + " is closed");
    }
    // By the comparable form, because a key that was dropped and came back has two entries.
    Map<Object, List<Frozen>> byKey = new LinkedHashMap<>();
    for (Frozen item : all) {
      byKey.computeIfAbsent(item.key().comparable(), k -> new ArrayList<>(2)).add(item);
    }
    List<List<Frozen>> keys = new ArrayList<>(byKey.values());
    keys.sort(Comparator.comparingInt(this::keyGroup));
    KeyWriter writer = new KeyWriter(sink, timerCoder);
    for (List<Frozen> key : keys) {
      writer.startKey(keyGroup(key), encodeKey(key.get(0).key().key()));
      for (Frozen item : key) {
        item.write(writer);
      }
    }
  }

  private int keyGroup(List<Frozen> key) {
    return KeyCodec.keyGroup(key.get(0).key().hash(), keyGroups);
  }

  @SuppressWarnings("unchecked") // The keys of a store are those of its codec.
  private byte[] encodeKey(Object key) throws IOException {
    try {
      return ((KeyCodec<Object>) keyCodec).encode(key);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    closed = true;
    items = List.of();
  }

  /** The coder of the keys, for messages. */
  @Override
  public String toString() {
    Coder<?> coder = keyCodec.coder();
    return "HeapSnapshot[commit " + commit + (full ? ", full" : "") + ", keys by " + coder + "]";
  }
}
