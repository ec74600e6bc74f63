package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.state.StateContexts;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one key has in one namespace: its cells and its timers. Both are linked lists, cells because
 * a step has few kinds of them, timers as long as they are few; many timers are a hash table.
 *
 * <p>It is one of its key's scopes as long as it has a cell or a timer. A handle to one that has
 * none works on {@link #live()}, as with cells.
 */
final class HeapScope implements ScopedState {

  /** How many timers are kept in a list. */
  static final int FEW = 8;

  private final HeapKeyedState key;
  private final StateNamespace namespace;
  private @Nullable Cell<?> cells;
  private @Nullable HeapTimer timers;
  private @Nullable Map<TimerId, HeapTimer> manyTimers;

  /** The next one in a short list of a key's scopes. */
  @Nullable HeapScope next;

  HeapScope(HeapKeyedState key, StateNamespace namespace) {
    this.key = key;
    this.namespace = namespace;
  }

  @Override
  public HeapKeyedState key() {
    return key;
  }

  @Override
  public StateNamespace namespace() {
    return namespace;
  }

  private HeapStateStore store() {
    return key.store();
  }

  @SuppressWarnings("ReferenceEquality") // A shortcut: equal namespaces are mostly one object.
  boolean isIn(StateNamespace other) {
    return namespace == other || namespace.equals(other);
  }

  /** Whether there is neither a cell nor a timer; then it is none of its key's scopes. */
  boolean isEmpty() {
    return cells == null && timers == null && manyTimers == null;
  }

  /** The scope of the attached key in this namespace: this one, unless another took its place. */
  private HeapScope live() {
    return isEmpty() ? key.live().scope(namespace, this) : this;
  }

  @Override
  public State cell(StateSlot slot) {
    return cell((Column) slot, StateContexts.nullContext());
  }

  @Override
  public void clear(StateSlot slot) {
    if (live().find(((Column) slot).id()) != null) {
      cell(slot).clear();
    }
  }

  /** The cell of a column, made if it is not there. */
  Cell<?> cell(Column column, StateContext<?> context) {
    HeapScope live = live();
    Cell<?> cell = live.find(column.id());
    if (cell == null) {
      cell = column.type().create(live, column);
      live.attach(cell);
      cell.mayBeVacant();
    } else if (cell.column() != column) {
      cell = live.bind(cell, column);
    }
    column.type().use(cell, context);
    return cell;
  }

  /** The cell with an identity, or null if there is none. */
  @Nullable Cell<?> find(Column.Id id) {
    Cell<?> cell = cells;
    while (cell != null && cell.column().id() != id) {
      cell = cell.next;
    }
    return cell;
  }

  /**
   * Takes a detached cell back, or one like it if that has left the heap, unless another one has
   * taken its place: then gives that one.
   */
  Cell<?> adopt(Cell<?> cell) {
    HeapScope live = live();
    Cell<?> there = live.find(cell.column().id());
    if (there != null) {
      return there.column() == cell.column() ? there : live.bind(there, cell.column());
    }
    Cell<?> taken = cell;
    if (cell.isEvicted()) {
      taken = cell.column().type().create(live, cell.column());
    } else {
      cell.moveTo(live);
    }
    live.attach(taken);
    taken.mayBeVacant();
    return taken;
  }

  /** Makes sure that a cell that another tag object made, or a snapshot, fits a column. */
  private Cell<?> bind(Cell<?> cell, Column column) {
    if (cell instanceof StoredCell restored) {
      Cell<?> typed = store().decode(restored, column);
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

  /** Adds a cell whose column has none here. */
  void attach(Cell<?> cell) {
    attachToKey();
    cell.attached = true;
    cell.next = cells;
    cells = cell;
  }

  /** Removes a cell that is there. */
  void detach(Cell<?> cell) {
    cell.attached = false;
    if (cells.equals(cell)) {
      cells = cell.next;
    } else {
      Cell<?> before = cells;
      while (!before.next.equals(cell)) {
        before = before.next;
      }
      before.next = cell.next;
    }
    cell.next = null;
    detachFromKey();
  }

  private void attachToKey() {
    if (isEmpty()) {
      key.attach(this);
    }
  }

  private void detachFromKey() {
    if (isEmpty()) {
      key.detach(this);
    }
  }

  @Override
  public void setTimer(
      TimerId id, long timestamp, long outputTimestamp, boolean holds, boolean byDrain) {
    store().timers().set(live(), id, timestamp, outputTimestamp, holds, byDrain);
  }

  @Override
  public void deleteTimer(TimerId id) {
    HeapScope live = live();
    HeapTimer timer = live.timer(id);
    if (timer != null) {
      store().timers().remove(timer);
    }
  }

  @Override
  public void deleteTimers() {
    List<HeapTimer> all = new ArrayList<>();
    live().forEachTimer(all::add);
    all.forEach(store().timers()::remove);
  }

  /** The timer with an identity, or null if it is not set. */
  @Nullable HeapTimer timer(TimerId id) {
    if (manyTimers != null) {
      return manyTimers.get(id);
    }
    for (HeapTimer timer = timers; timer != null; timer = timer.next) {
      if (timer.is(id)) {
        return timer;
      }
    }
    return null;
  }

  /** The timer of a domain that fires first, or null if there is none. */
  @Nullable HeapTimer firstTimer(TimeDomain domain) {
    HeapTimer first = null;
    if (manyTimers != null) {
      for (HeapTimer timer : manyTimers.values()) {
        first = timer.domain() == domain ? timer.earlier(first) : first;
      }
    }
    for (HeapTimer timer = timers; timer != null; timer = timer.next) {
      first = timer.domain() == domain ? timer.earlier(first) : first;
    }
    return first;
  }

  /** Adds a timer whose identity is not there. */
  void add(HeapTimer timer) {
    attachToKey();
    if (manyTimers == null && isLong(timers)) {
      Map<TimerId, HeapTimer> table = new HashMap<>();
      forEachTimer(moved -> table.put(moved.id(), moved));
      table.values().forEach(moved -> moved.next = null);
      timers = null;
      manyTimers = table;
    }
    if (manyTimers != null) {
      manyTimers.put(timer.id(), timer);
    } else {
      timer.next = timers;
      timers = timer;
    }
  }

  private static boolean isLong(@Nullable HeapTimer list) {
    int length = 0;
    for (HeapTimer timer = list; timer != null; timer = timer.next) {
      length++;
    }
    return length == FEW;
  }

  /** Removes a timer that is there. */
  void remove(HeapTimer timer) {
    if (manyTimers != null) {
      manyTimers.remove(timer.id());
      if (manyTimers.isEmpty()) {
        manyTimers = null;
      }
    } else if (timers == timer) {
      timers = timer.next;
    } else {
      HeapTimer before = timers;
      while (before.next != timer) {
        before = before.next;
      }
      before.next = timer.next;
    }
    timer.next = null;
    detachFromKey();
  }

  void forEachTimer(Consumer<? super HeapTimer> consumer) {
    if (manyTimers != null) {
      manyTimers.values().forEach(consumer);
    }
    for (HeapTimer timer = timers; timer != null; timer = timer.next) {
      consumer.accept(timer);
    }
  }

  /** Gives every cell and every timer; none may come or go meanwhile. */
  void forEach(Consumer<? super Tracked> consumer) {
    for (Cell<?> cell = cells; cell != null; cell = cell.next) {
      consumer.accept(cell);
    }
    forEachTimer(consumer);
  }
}
