package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.values.CausedByDrain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One key of a {@link HeapStateStore}. Its scopes, one for each namespace in which it has
 * something, are a linked list while they are few, then a hash table.
 *
 * <p>A key without cells and timers is detached from the store sooner or later; a handle that is
 * used after that works on {@link #live()}.
 */
final class HeapKeyedState implements HashedKey, KeyedState, StateInternals {

  private static final int FEW = 8;

  private final HeapStateStore store;
  private final Object comparable;
  private final @Nullable Object key;
  private final int hash;
  private @Nullable HeapScope first;
  private @Nullable Map<StateNamespace, HeapScope> index;
  private @Nullable KeyHolds holds;
  private int scopes;

  /** Whether the store's table contains it. */
  boolean attached;

  /** Whether it is listed as a key that may be empty. */
  boolean suspect;

  HeapKeyedState(HeapStateStore store, Object comparable, @Nullable Object key, int hash) {
    this.store = store;
    this.comparable = comparable;
    this.key = key;
    this.hash = hash;
  }

  HeapStateStore store() {
    return store;
  }

  @Override
  public boolean is(Object comparable, int hash) {
    return this.hash == hash && this.comparable.equals(comparable);
  }

  /** The attached handle of this key. */
  HeapKeyedState live() {
    return attached ? this : store.adopt(this);
  }

  /** Whether it can be dropped. */
  boolean isEmpty() {
    return scopes == 0;
  }

  @Override
  public @Nullable Object key() {
    return key;
  }

  @Override
  public Object comparable() {
    return comparable;
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public @Nullable Object getKey() {
    return key;
  }

  @Override
  public StateInternals stateInternals() {
    return this;
  }

  @Override
  @SuppressWarnings("unchecked") // The cell's class goes with the tag's specification.
  public <T extends State> T state(
      StateNamespace namespace, StateTag<T> address, StateContext<?> context) {
    Column column = store.columns().of(address);
    return (T) in(namespace).cell(column, context);
  }

  @Override
  public HeapScope in(StateNamespace namespace) {
    return live().scope(namespace, null);
  }

  /**
   * The scope of a namespace of an attached key.
   *
   * @param unused an empty one, which may become the one if there is none; null for a new one
   */
  HeapScope scope(StateNamespace namespace, @Nullable HeapScope unused) {
    HeapScope there = find(namespace);
    if (there != null) {
      return there;
    }
    return unused != null && unused.key() == this
        ? unused
        : new HeapScope(this, store.intern(namespace));
  }

  /** The scope of a namespace, or null if the key has nothing there. */
  @Nullable HeapScope find(StateNamespace namespace) {
    if (index != null) {
      return index.get(namespace);
    }
    HeapScope scope = first;
    while (scope != null && !scope.isIn(namespace)) {
      scope = scope.next;
    }
    return scope;
  }

  /** Adds a scope, which is about to get its first cell or timer. */
  void attach(HeapScope scope) {
    scopes++;
    store.opened(scope.namespace());
    if (index == null && scopes > FEW) {
      Map<StateNamespace, HeapScope> table = new HashMap<>();
      for (HeapScope rest = first; rest != null; ) {
        table.put(rest.namespace(), rest);
        HeapScope next = rest.next;
        rest.next = null;
        rest = next;
      }
      first = null;
      index = table;
    }
    if (index != null) {
      index.put(scope.namespace(), scope);
    } else {
      scope.next = first;
      first = scope;
    }
  }

  /** Removes a scope, which has lost its last cell or timer. */
  void detach(HeapScope scope) {
    scopes--;
    store.closed(scope.namespace());
    if (index != null) {
      index.remove(scope.namespace());
      index = scopes == 0 ? null : index;
    } else if (first == scope) {
      first = scope.next;
    } else {
      HeapScope before = first;
      while (before.next != scope) {
        before = before.next;
      }
      before.next = scope.next;
    }
    scope.next = null;
  }

  private void forEachScope(Consumer<HeapScope> consumer) {
    if (index != null) {
      index.values().forEach(consumer);
    }
    for (HeapScope scope = first; scope != null; scope = scope.next) {
      consumer.accept(scope);
    }
  }

  /** Gives every cell and every timer; none may come or go meanwhile. */
  void forEach(Consumer<? super Tracked> consumer) {
    forEachScope(scope -> scope.forEach(consumer));
  }

  @Override
  public void setTimer(TimerData timer, boolean holdsWatermark) {
    HeapScope scope = in(timer.getNamespace());
    TimerId id = new TimerId(timer.getTimerId(), timer.getTimerFamilyId(), timer.getDomain());
    if (timer.getDeleted()) {
      scope.deleteTimer(id);
    } else {
      scope.setTimer(
          id,
          timer.getTimestamp().getMillis(),
          timer.getOutputTimestamp().getMillis(),
          holdsWatermark,
          timer.causedByDrain() == CausedByDrain.CAUSED_BY_DRAIN);
    }
  }

  @Override
  public void deleteTimer(
      StateNamespace namespace, String timerId, String timerFamilyId, TimeDomain domain) {
    in(namespace).deleteTimer(new TimerId(timerId, timerFamilyId, domain));
  }

  @Override
  public boolean hasTimers(TimeDomain domain) {
    return live().firstTimer(domain) != null;
  }

  @Override
  public long minHold() {
    return live().earliestHold();
  }

  /** The earliest hold of this handle; {@link EventTime#MAX} if there is none. */
  long earliestHold() {
    return holds == null ? EventTime.MAX : holds.min();
  }

  /** The timer of a domain that fires first, or null if there is none. */
  @Nullable HeapTimer firstTimer(TimeDomain domain) {
    HeapTimer earliest = null;
    List<HeapScope> all = new ArrayList<>(scopes);
    forEachScope(all::add);
    for (HeapScope scope : all) {
      HeapTimer timer = scope.firstTimer(domain);
      earliest = timer == null ? earliest : timer.earlier(earliest);
    }
    return earliest;
  }

  /** Adds a hold of an attached key. */
  void hold(long timestamp) {
    if (holds == null) {
      holds = new KeyHolds();
    }
    holds.add(timestamp);
    store.holds().add(timestamp);
  }

  /** Releases a hold of an attached key. */
  void release(long timestamp) {
    holds.release(timestamp);
    store.holds().release(timestamp);
  }

  @Override
  public String toString() {
    return "HeapKeyedState[" + key + "]";
  }
}
