package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One key of a {@link HeapStateStore}. Its cells are a linked list while they are few, then a hash
 * table, so that a key with one cell takes little memory.
 *
 * <p>A key without cells and timers is detached from the store sooner or later; a handle that is
 * used after that works on {@link #live()}.
 */
final class HeapKeyedState implements HashedKey, KeyedState, StateInternals {

  private static final int FEW = 8;

  private record Address(Column.Id column, StateNamespace namespace) {}

  private final HeapStateStore store;
  private final Object comparable;
  private final @Nullable Object key;
  private final int hash;
  private @Nullable Cell<?> first;
  private @Nullable Map<Address, Cell<?>> index;
  private @Nullable KeyTimers timers;
  private @Nullable KeyHolds holds;
  private int cells;

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
    return cells == 0 && (timers == null || timers.isEmpty());
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
    HeapKeyedState live = live();
    Column column = store.columns().of(address);
    Cell<?> cell = live.find(column.id(), namespace);
    if (cell == null) {
      cell = column.type().create(live, column, store.intern(namespace));
      live.attach(cell);
      cell.mayBeVacant();
    } else if (cell.column() != column) {
      cell = live.bind(cell, column);
    }
    column.type().use(cell, context);
    return (T) cell;
  }

  /**
   * Takes a detached cell back, or one like it if that has left the heap, unless another one has
   * taken its place: then gives that one.
   */
  Cell<?> adopt(Cell<?> cell) {
    Cell<?> there = find(cell.column().id(), cell.namespace());
    if (there != null) {
      return there.column() == cell.column() ? there : bind(there, cell.column());
    }
    Cell<?> taken = cell;
    if (cell.isEvicted()) {
      taken = cell.column().type().create(this, cell.column(), cell.namespace());
    } else {
      cell.moveTo(this);
    }
    attach(taken);
    taken.mayBeVacant();
    return taken;
  }

  /** Makes sure that a cell that another tag object made, or a snapshot, fits a column. */
  private Cell<?> bind(Cell<?> cell, Column column) {
    if (cell instanceof StoredCell restored) {
      Cell<?> typed = store.decode(restored, column);
      detach(restored);
      attach(typed);
      typed.mayBeVacant();
      return typed;
    }
    if (cell.column().type() == null && column.type() instanceof HeapWatermarkHoldState.Type) {
      cell.bind(column);
    } else if (cell.column().type() == null
        || cell.column().type().getClass() != column.type().getClass()) {
      throw new IllegalStateException(
          "The "
              + cell
              + " is used as "
              + column.type()
              + ", but it was written as "
              + cell.column().type());
    }
    return cell;
  }

  @Nullable Cell<?> find(Column.Id id, StateNamespace namespace) {
    if (index != null) {
      return index.get(new Address(id, namespace));
    }
    for (Cell<?> cell = first; cell != null; cell = cell.next) {
      if (cell.is(id, namespace)) {
        return cell;
      }
    }
    return null;
  }

  /** Adds a cell whose address is not there. */
  void attach(Cell<?> cell) {
    cell.attached = true;
    cells++;
    store.opened(cell.namespace());
    if (index == null && cells > FEW) {
      index = new HashMap<>();
      Cell<?> rest = first;
      first = null;
      while (rest != null) {
        Cell<?> next = rest.next;
        rest.next = null;
        index.put(new Address(rest.column().id(), rest.namespace()), rest);
        rest = next;
      }
    }
    if (index != null) {
      index.put(new Address(cell.column().id(), cell.namespace()), cell);
    } else {
      cell.next = first;
      first = cell;
    }
  }

  /** Removes a cell that is there. */
  void detach(Cell<?> cell) {
    cell.attached = false;
    cells--;
    store.closed(cell.namespace());
    if (index != null) {
      index.remove(new Address(cell.column().id(), cell.namespace()));
      if (cells == 0) {
        index = null;
      }
      return;
    }
    Cell<?> before = null;
    for (Cell<?> at = first; !at.equals(cell); at = at.next) {
      before = at;
    }
    if (before == null) {
      first = cell.next;
    } else {
      before.next = cell.next;
    }
    cell.next = null;
  }

  /** Gives every cell and every timer; none may come or go meanwhile. */
  void forEach(Consumer<Tracked> consumer) {
    if (index != null) {
      index.values().forEach(consumer);
    } else {
      for (Cell<?> cell = first; cell != null; cell = cell.next) {
        consumer.accept(cell);
      }
    }
    if (timers != null) {
      timers.all().forEach(consumer);
    }
  }

  /** The timers of an attached key. */
  KeyTimers timers() {
    if (timers == null) {
      timers = new KeyTimers();
    }
    return timers;
  }

  @Override
  public void setTimer(TimerData timer, boolean holdsWatermark) {
    if (timer.getDeleted()) {
      deleteTimer(
          timer.getNamespace(), timer.getTimerId(), timer.getTimerFamilyId(), timer.getDomain());
    } else {
      store.timers().set(live(), timer, holdsWatermark);
    }
  }

  @Override
  public void deleteTimer(
      StateNamespace namespace, String timerId, String timerFamilyId, TimeDomain domain) {
    HeapKeyedState live = live();
    if (live.timers != null) {
      HeapTimer timer = live.timers.find(namespace, timerId, timerFamilyId, domain);
      if (timer != null) {
        store.timers().remove(timer);
      }
    }
  }

  @Override
  public void deleteTimers(StateNamespace namespace) {
    HeapKeyedState live = live();
    if (live.timers != null) {
      live.timers.of(namespace).forEach(store.timers()::remove);
    }
  }

  @Override
  public boolean hasTimers(TimeDomain domain) {
    HeapKeyedState live = live();
    return live.timers != null && live.timers.has(domain);
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
    return timers == null ? null : timers.first(domain);
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
