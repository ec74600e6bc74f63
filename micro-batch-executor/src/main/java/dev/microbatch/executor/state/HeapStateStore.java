package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.HoldSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces.WindowNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerData;
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
 * The first change of a cell or timer within a commit puts it on the list of what is dirty; its
 * stamp says that it is there. The list is in order of change, and so are the entries of a
 * snapshot: where a detached cell and its successor are both listed, the clearing comes first.
 */
final class HeapStateStore implements StateStore {

  private static final int TIME_DOMAINS = TimeDomain.values().length;

  /** How many suspects may gather while one key is worked on. */
  private static final int MAX_SUSPECTS = 256;

  private static final int INTERNED = 64;

  private final KeyCodec<?> keyCodec;
  private final Coder<? extends BoundedWindow> windowCoder;
  private final int keyGroups;
  private final boolean tracked;

  private final GroupedKeys keys;
  private final HoldSet holds = new HoldSet();
  private final TimerQueue[] timers = new TimerQueue[TIME_DOMAINS];
  private @Nullable HoldSet windows;
  private final Columns columns = new Columns();
  private final StateNamespace[] interned = new StateNamespace[INTERNED];

  private final List<Cell<?>> suspectCells = new ArrayList<>();
  private final List<HeapKeyedState> suspectKeys = new ArrayList<>();
  private List<Tracked> dirty = new ArrayList<>();

  /** The key that was asked for last. */
  private @Nullable HeapKeyedState current;

  /** The number of the commit that the changes of now will belong to. */
  private long stamp;

  /** How many timers were set. */
  private long timerSequence;

  HeapStateStore(
      KeyCodec<?> keyCodec,
      Coder<? extends BoundedWindow> windowCoder,
      int keyGroups,
      boolean tracked) {
    this.keyCodec = keyCodec;
    this.windowCoder = windowCoder;
    this.keyGroups = keyGroups;
    this.keys = new GroupedKeys(keyGroups);
    this.tracked = tracked;
    for (int i = 0; i < TIME_DOMAINS; i++) {
      timers[i] = new TimerQueue();
    }
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
    return tracked;
  }

  HoldSet holds() {
    return holds;
  }

  long stamp() {
    return stamp;
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
        cell.owner().detach(cell);
        noteSuspect(cell.owner());
      }
    }
    suspectCells.clear();
    for (int i = 0; i < suspectKeys.size(); i++) {
      HeapKeyedState key = suspectKeys.get(i);
      key.suspect = false;
      if (key.attached && key.isEmpty()) {
        keys.remove(key);
        key.attached = false;
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
    return holds.min();
  }

  @Override
  public long nextTimer(TimeDomain domain) {
    HeapTimer timer = timers[domain.ordinal()].peek();
    return timer == null ? Long.MAX_VALUE : timer.timestamp();
  }

  @Override
  public @Nullable FiredTimer pollTimer(TimeDomain domain, long before) {
    HeapTimer timer = timers[domain.ordinal()].peek();
    if (timer == null || timer.timestamp() >= before) {
      return null;
    }
    settle();
    removeTimer(timer);
    current = timer.key;
    return new FiredTimer(timer.key, timer.data);
  }

  /** Sets a timer of an attached key. */
  void setTimer(HeapKeyedState key, TimerData data, boolean holdsWatermark) {
    HeapTimer timer =
        key.timers()
            .find(
                data.getNamespace(), data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    if (timer == null) {
      timer = new HeapTimer(key, data, holdsWatermark, timerSequence++);
      insert(timer);
    } else {
      if (timer.holds == holdsWatermark && timer.data.equals(data)) {
        return;
      }
      if (timer.holds) {
        key.release(timer.outputTimestamp());
      }
      timer.data = data;
      timer.holds = holdsWatermark;
      timer.sequence = timerSequence++;
      timers[data.getDomain().ordinal()].moved(timer);
      if (holdsWatermark) {
        key.hold(timer.outputTimestamp());
      }
    }
    noteChanged(timer);
  }

  private void insert(HeapTimer timer) {
    timer.key.timers().add(timer);
    opened(timer.data.getNamespace());
    timers[timer.data.getDomain().ordinal()].add(timer);
    if (timer.holds) {
      timer.key.hold(timer.outputTimestamp());
    }
  }

  /** Inserts a timer from a snapshot, in place of the one with its identity. */
  void restoreTimer(HeapTimer timer, boolean set) {
    TimerData data = timer.data;
    HeapTimer old =
        timer
            .key
            .timers()
            .find(
                data.getNamespace(), data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    if (old != null) {
      removeTimer(old);
    }
    timerSequence = Math.max(timerSequence, timer.sequence + 1);
    if (set) {
      timer.stored = true;
      insert(timer);
    }
  }

  void removeTimer(HeapTimer timer) {
    timers[timer.data.getDomain().ordinal()].remove(timer);
    timer.key.timers().remove(timer);
    closed(timer.data.getNamespace());
    if (timer.holds) {
      timer.key.release(timer.outputTimestamp());
    }
    noteSuspect(timer.key);
    noteChanged(timer);
  }

  private void noteChanged(HeapTimer timer) {
    if (timer.stamp != stamp) {
      timer.stamp = stamp;
      noteChanged((Tracked) timer);
    }
  }

  void noteChanged(Tracked item) {
    if (tracked) {
      dirty.add(item);
    }
  }

  @Override
  public List<KeyedState> keys() {
    settle();
    return Collections.unmodifiableList(keys.toList());
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
    return windows.min();
  }

  /** Notes that a key has one more cell or timer in a namespace. */
  void opened(StateNamespace namespace) {
    if (windows != null && namespace instanceof WindowNamespace<?> of) {
      windows.add(of.getWindow().maxTimestamp().getMillis());
    }
  }

  /** Notes that a key has one cell or timer less in a namespace. */
  void closed(StateNamespace namespace) {
    if (windows != null && namespace instanceof WindowNamespace<?> of) {
      windows.release(of.getWindow().maxTimestamp().getMillis());
    }
  }

  @Override
  public boolean isEmpty() {
    settle();
    return keys.size() == 0;
  }

  @Override
  public StateSnapshot freeze(long commit, SnapshotScope scope) {
    if (!tracked && !scope.isEverything()) {
      throw new IllegalStateException("this store does not track what changes");
    }
    settle();
    HeapSnapshot snapshot = snapshot(commit, scope);
    KeyGroupRange whole = scope.keyGroups();
    List<Frozen> items = new ArrayList<>(dirty.size());
    for (Tracked item : dirty) {
      if (!whole.contains(keyGroup(item.owner()))) {
        add(item.freeze(snapshot, false), items);
      }
    }
    Consumer<Tracked> add = item -> add(item.freeze(snapshot, true), items);
    keys.forEach(whole, key -> key.forEach(add));
    return finish(snapshot, items);
  }

  private int keyGroup(HeapKeyedState key) {
    return KeyCodec.keyGroup(key.hash(), keyGroups);
  }

  private HeapSnapshot snapshot(long commit, SnapshotScope scope) {
    if (commit < stamp) {
      throw new IllegalArgumentException(
          "Commit " + commit + " cannot follow commit " + (stamp - 1));
    }
    return new HeapSnapshot(commit, scope, keyCodec, keyGroups);
  }

  private static void add(@Nullable Frozen frozen, List<Frozen> items) {
    if (frozen != null) {
      items.add(frozen);
    }
  }

  private HeapSnapshot finish(HeapSnapshot snapshot, List<Frozen> items) {
    snapshot.fill(items);
    dirty = new ArrayList<>();
    stamp = snapshot.commit() + 1;
    return snapshot;
  }

  @Override
  public EntrySink restoring(KeyGroupRange range) {
    if (!dirty.isEmpty()) {
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
    dirty = new ArrayList<>();
    stamp = commit + 1;
  }

  /** Decodes a restored cell, now that the tag is known. */
  Cell<?> decode(StoredCell restored, Column column) {
    Cell<?> cell = column.type().create(restored.owner(), column, restored.namespace());
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
