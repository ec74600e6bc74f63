package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Moves keys of a store between the heap and {@link ColdKeys}.
 *
 * <p>A key that leaves is written as a row, by what its cells and timers would give to a full
 * snapshot. What has changed in it since the last snapshot is captured first, as a snapshot would,
 * and waits encoded in the place where it stood among the changes: so a delta of a key that left is
 * a delta still, and the changes of a key keep their order however often it goes and comes.
 *
 * <p>Cell objects of a key that has left never come back, and neither does what they held: a handle
 * to one finds its successor. Handles to keys bring their key back.
 */
final class Eviction {

  private static final TimeDomain[] DOMAINS = TimeDomain.values();

  private final HeapStateStore store;
  private final ColdKeys cold;
  private final HeapRestore restore;
  private long size;

  /**
   * Creates it, with every key on the heap.
   *
   * @param store the store
   * @param cold where keys go
   */
  Eviction(HeapStateStore store, ColdKeys cold) {
    this.store = store;
    this.cold = cold;
    this.restore = new HeapRestore(store);
  }

  /** Whether every key is on the heap. */
  boolean isEmpty() {
    return size == 0;
  }

  /** Moves keys off the heap. None of them is empty. */
  void evict(List<HeapKeyedState> leaving) {
    HeapSnapshot now = store.snapshot(store.stamp(), SnapshotScope.CHANGES);
    try {
      leaving.forEach(store::remove);
      store.replaceChanges(change -> change.owner().attached ? change : captured(change, now));
      for (HeapKeyedState key : leaving) {
        put(key, now);
      }
    } catch (IOException e) {
      throw new EncodingException("a key that leaves memory", e);
    }
  }

  /** A change of a key that is not on the heap any more, encoded; null if nothing is to be said. */
  private @Nullable Changed captured(Changed change, HeapSnapshot now) throws IOException {
    Frozen frozen = change.freeze(now, false);
    change.unlisted();
    return frozen == null ? null : EvictedChange.of(frozen);
  }

  private void put(HeapKeyedState key, HeapSnapshot now) throws IOException {
    List<Tracked> items = new ArrayList<>();
    key.forEach(items::add);
    KeyRow row = new KeyRow();
    KeyWriter writer = new KeyWriter(row);
    for (Tracked item : items) {
      Frozen frozen = item.freeze(now, true);
      if (frozen != null) {
        frozen.write(writer);
      }
    }
    cold.put(
        new ColdKeys.Row(now.keyGroup(key), now.encodeKey(key), row.toBytes()), marks(key, items));
    size++;
    items.forEach(Tracked::leave);
  }

  private List<ColdKeys.Mark> marks(HeapKeyedState key, List<Tracked> items) {
    List<ColdKeys.Mark> marks = new ArrayList<>();
    for (TimeDomain domain : DOMAINS) {
      HeapTimer first = key.firstTimer(domain);
      if (first != null) {
        marks.add(new ColdKeys.Mark(ColdKeys.Index.of(domain), first.timestamp(), first.sequence));
      }
    }
    long hold = key.earliestHold();
    if (hold != EventTime.MAX) {
      marks.add(new ColdKeys.Mark(ColdKeys.Index.HOLD, hold, 0));
    }
    if (store.indexesWindows()) {
      long end = EventTime.MAX;
      for (Tracked item : items) {
        end = Math.min(end, end(item.namespace()));
      }
      if (end != EventTime.MAX) {
        marks.add(new ColdKeys.Mark(ColdKeys.Index.WINDOW, end, 0));
      }
    }
    return marks;
  }

  private static long end(StateNamespace namespace) {
    return namespace instanceof WindowNamespace<?> of
        ? of.getWindow().maxTimestamp().getMillis()
        : EventTime.MAX;
  }

  /** Brings back what a key had when it left, if it has left, to a handle that has nothing yet. */
  void load(HeapKeyedState key) {
    if (size == 0) {
      return;
    }
    int keyGroup = store.keyGroup(key);
    byte[] encoded = store.encodeKey(key);
    byte[] row = cold.remove(keyGroup, encoded);
    if (row != null) {
      size--;
      read(key, new ColdKeys.Row(keyGroup, encoded, row));
    }
  }

  private void read(HeapKeyedState key, ColdKeys.Row row) {
    try {
      KeyRow.read(row, entry -> restore.apply(key, entry));
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot read back what is kept for a key of key group "
              + row.keyGroup()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Brings keys back until the earliest timer of a domain is on the heap, if one is due. */
  void loadDue(TimeDomain domain, long before) {
    while (size > 0) {
      ColdKeys.First first = cold.first(ColdKeys.Index.of(domain));
      if (first == null || first.mark().time() >= before) {
        return;
      }
      HeapTimer hot = store.timers().first(domain);
      if (hot != null && !hot.behind(first.mark().time(), first.mark().sequence())) {
        return;
      }
      bring(store.keyCodec(), first.key());
    }
  }

  private <K> void bring(KeyCodec<K> codec, byte[] encoded) {
    try {
      K key = CoderUtils.decodeFromByteArray(codec.coder(), encoded);
      Object comparable = codec.comparable(key);
      store.key(comparable, key, codec.hash(key, comparable));
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot read a key back with " + codec.coder() + ": " + e.getMessage(), e);
    }
  }

  /** The earliest time in an index of keys that have left; {@code none} if there is none. */
  long earliest(ColdKeys.Index index, long none) {
    ColdKeys.First first = size == 0 ? null : cold.first(index);
    return first == null ? none : first.mark().time();
  }

  /** The rows of some key groups, as they are now; null if there are none at all. */
  ColdKeys.@Nullable Scan scan(KeyGroupRange keyGroups) {
    return size == 0 || keyGroups.first() == keyGroups.end() ? null : cold.scan(keyGroups);
  }
}
