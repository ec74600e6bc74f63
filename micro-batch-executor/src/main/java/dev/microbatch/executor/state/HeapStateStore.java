package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.HoldSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * State as objects on the heap.
 *
 * <h2>Dropping what is empty</h2>
 *
 * A cell that was made or cleared and a key that was made or has lost something are listed as
 * suspects. When the store turns to another key, the suspects that are indeed empty are detached.
 *
 * <h2>Tracking</h2>
 *
 * The first change of a cell or timer within a commit puts it on the list of what is dirty, and it
 * says that it is there. The list is in order of change, and so are the entries of a snapshot:
 * where a detached cell and its successor are both listed, the clearing comes first.
 */
final class HeapStateStore implements StateStore {

  /** How many suspects may gather while one key is worked on. */
  private static final int MAX_SUSPECTS = 256;

  private static final int INTERNED = 64;

  private final KeyCodec<?> keyCodec;
  private final Coder<? extends BoundedWindow> windowCoder;
  private final int keyGroups;

  private final GroupedKeys<HeapKeyedState> keys;
  private final HoldSet holds = new HoldSet();
  private final StoreTimers timers = new StoreTimers(this);
  private @Nullable HoldSet windows;
  private final Columns columns = new Columns();
  private final StateNamespace[] interned = new StateNamespace[INTERNED];

  private final List<Cell<?>> suspectCells = new ArrayList<>();
  private final List<HeapKeyedState> suspectKeys = new ArrayList<>();
  private final ChangeLog<Changed> changes;
  private final EvictionPolicy policy;
  private final @Nullable Eviction eviction;

  /** The key that was asked for last. */
  private @Nullable HeapKeyedState current;

  /**
   * Creates a store with nothing in it.
   *
   * @param layout how keys and windows are encoded
   * @param policy which part of the keys stays on the heap
   * @param cold where the others go; null if none ever does
   */
  HeapStateStore(StateLayout layout, EvictionPolicy policy, @Nullable ColdKeys cold) {
    this.keyCodec = layout.keyCodec();
    this.windowCoder = layout.windowCoder();
    this.keyGroups = layout.keyGroups();
    this.keys = new GroupedKeys<>(keyGroups);
    this.changes = new ChangeLog<>(layout.tracked());
    this.policy = policy;
    this.eviction = cold == null ? null : new Eviction(this, cold);
  }

  KeyCodec<?> keyCodec() {
    return keyCodec;
  }

  Coder<? extends BoundedWindow> windowCoder() {
    return windowCoder;
  }

  Columns columns() {
    return columns;
  }

  /** Whether what changes is tracked. */
  boolean tracked() {
    return changes.isTracked();
  }

  StoreTimers timers() {
    return timers;
  }

  HoldSet holds() {
    return holds;
  }

  long stamp() {
    return changes.stamp();
  }

  @Override
  public StateSlot slot(StateTag<?> tag) {
    return columns.of(tag);
  }

  @Override
  public HeapKeyedState key(Object comparable, @Nullable Object key, int hash) {
    if (current != null && current.is(comparable, hash)) {
      if (suspectCells.size() <= MAX_SUSPECTS) {
        return current;
      }
    }
    settle();
    HeapKeyedState found = keys.find(comparable, hash);
    if (found == null) {
      found = new HeapKeyedState(this, comparable, key, hash);
      attach(found);
    }
    current = found;
    return found;
  }

  /** Takes a detached handle back, unless another one has taken its place: then gives that one. */
  HeapKeyedState adopt(HeapKeyedState handle) {
    HeapKeyedState there = keys.find(handle.comparable(), handle.hash());
    if (there != null) {
      return there;
    }
    attach(handle);
    return handle;
  }

  private void attach(HeapKeyedState key) {
    keys.add(key);
    key.attached = true;
    noteSuspect(key);
    if (eviction != null) {
      eviction.load(key);
    }
  }

  /** Takes a key off the heap. */
  void remove(HeapKeyedState key) {
    keys.remove(key);
    key.attached = false;
  }

  void noteSuspect(HeapKeyedState key) {
    if (!key.suspect) {
      key.suspect = true;
      suspectKeys.add(key);
    }
  }

  void noteSuspect(Cell<?> cell) {
    suspectCells.add(cell);
  }

  /** Detaches what is empty. */
  private void settle() {
    if (suspectCells.isEmpty() && suspectKeys.isEmpty()) {
      return;
    }
    current = null;
    for (int i = 0; i < suspectCells.size(); i++) {
      Cell<?> cell = suspectCells.get(i);
      cell.suspect = false;
      if (cell.attached && cell.vacant()) {
        cell.scope().detach(cell);
        noteSuspect(cell.owner());
      }
    }
    suspectCells.clear();
    for (int i = 0; i < suspectKeys.size(); i++) {
      HeapKeyedState key = suspectKeys.get(i);
      key.suspect = false;
      if (key.attached && key.isEmpty()) {
        remove(key);
      }
    }
    suspectKeys.clear();
  }

  /** An equal namespace that other cells have too, if it was seen lately. */
  StateNamespace intern(StateNamespace namespace) {
    int hash = namespace.hashCode();
    int slot = (hash ^ (hash >>> 16) ^ (hash >>> 8)) & (INTERNED - 1);
    StateNamespace known = interned[slot];
    if (known != null && known.equals(namespace)) {
      return known;
    }
    interned[slot] = namespace;
    return namespace;
  }

  @Override
  public long minHold() {
    return Math.min(holds.min(), earliestCold(ColdKeys.Index.HOLD, EventTime.MAX));
  }

  private long earliestCold(ColdKeys.Index index, long none) {
    return eviction == null ? none : eviction.earliest(index, none);
  }

  @Override
  public long nextTimer(TimeDomain domain) {
    HeapTimer timer = timers.first(domain);
    long hot = timer == null ? Long.MAX_VALUE : timer.timestamp();
    return eviction == null
        ? hot
        : Math.min(hot, eviction.earliest(ColdKeys.Index.of(domain), Long.MAX_VALUE));
  }

  @Override
  public @Nullable FiredTimer pollTimer(TimeDomain domain, long before) {
    if (eviction != null) {
      eviction.loadDue(domain, before);
    }
    HeapTimer timer = timers.first(domain);
    if (timer == null || timer.timestamp() >= before) {
      return null;
    }
    settle();
    FiredTimer fired = timer.fired();
    timers.remove(timer);
    current = timer.owner();
    return fired;
  }

  void noteChanged(Changed item) {
    changes.add(item);
  }

  /** Puts something in the place of each change that waits for the next snapshot. */
  void replaceChanges(ChangeLog.Replacement<Changed> replacement) throws IOException {
    changes.replace(replacement);
  }

  @Override
  public void indexWindows() {
    windows = new HoldSet();
  }

  @Override
  public long earliestWindow() {
    if (windows == null) {
      throw new IllegalStateException("windows are not indexed");
    }
    settle();
    return Math.min(windows.min(), earliestCold(ColdKeys.Index.WINDOW, EventTime.MAX));
  }

  boolean indexesWindows() {
    return windows != null;
  }

  /** Notes that a key has something in one more namespace. */
  void opened(StateNamespace namespace) {
    if (windows != null && namespace instanceof WindowNamespace<?> of) {
      windows.add(of.getWindow().maxTimestamp().getMillis());
    }
  }

  /** Notes that a key has nothing in a namespace any more. */
  void closed(StateNamespace namespace) {
    if (windows != null && namespace instanceof WindowNamespace<?> of) {
      windows.release(of.getWindow().maxTimestamp().getMillis());
    }
  }

  @Override
  public boolean isEmpty() {
    settle();
    return keys.size() == 0 && (eviction == null || eviction.isEmpty());
  }

  /** How many keys and timers are on the heap. */
  StateSize size() {
    settle();
    return new StateSize(keys.size(), timers.size(), 0);
  }

  /** Says that a batch has ended: keys may leave the heap. */
  void endBatch() {
    int surplus = policy.surplus(keys.size());
    if (surplus > 0) {
      settle();
      current = null;
      eviction.evict(keys.next(surplus));
    }
  }

  @Override
  public StateSnapshot freeze(long commit, SnapshotScope scope) {
    if (!changes.isTracked() && !scope.isEverything()) {
      throw new IllegalStateException("this store does not track what changes");
    }
    changes.check(commit);
    settle();
    HeapSnapshot snapshot = snapshot(commit, scope);
    KeyGroupRange whole = scope.keyGroups();
    List<Frozen> items = new ArrayList<>(changes.changes().size());
    for (Changed item : changes.changes()) {
      if (!whole.contains(keyGroup(item.owner()))) {
        add(item.freeze(snapshot, false), items);
      }
    }
    Consumer<Tracked> add = item -> add(item.freeze(snapshot, true), items);
    keys.forEach(whole, key -> key.forEach(add));
    snapshot.fill(items, eviction == null ? null : eviction.scan(whole));
    committed(commit);
    return snapshot;
  }

  private void committed(long commit) {
    changes.changes().forEach(Changed::unlisted);
    changes.committed(commit);
  }

  int keyGroup(HeapKeyedState key) {
    return KeyCodec.keyGroup(key.hash(), keyGroups);
  }

  @SuppressWarnings("unchecked") // The keys of a store are those of its codec.
  byte[] encodeKey(HeapKeyedState key) {
    return ((KeyCodec<Object>) keyCodec).encode(key.key(), key.comparable());
  }

  HeapSnapshot snapshot(long commit, SnapshotScope scope) {
    return new HeapSnapshot(commit, scope, keyCodec, keyGroups);
  }

  private static void add(@Nullable Frozen frozen, List<Frozen> items) {
    if (frozen != null) {
      items.add(frozen);
    }
  }

  @Override
  public EntrySink restoring(KeyGroupRange range) {
    if (!changes.isEmpty()) {
      throw new IllegalStateException("cannot restore into a store in use");
    }
    HeapRestore restore = new HeapRestore(this);
    return entry -> {
      if (range.contains(entry.keyGroup())) {
        restore.apply(entry);
      }
    };
  }

  @Override
  public void restored(long commit) {
    settle();
    committed(commit);
  }

  /** Decodes a restored cell, now that the tag is known. */
  Cell<?> decode(StoredCell restored, Column column) {
    Cell<?> cell = column.type().create(restored.scope(), column);
    try {
      for (Change change : restored.changes()) {
        cell.decode(change);
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "Cannot restore " + restored + " as " + column.type() + ": " + e.getMessage(), e);
    }
    cell.capture(true);
    cell.markStored();
    return cell;
  }
}
