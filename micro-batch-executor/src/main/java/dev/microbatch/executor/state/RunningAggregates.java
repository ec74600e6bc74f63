package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.KeyIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What windows that overlap have in common: the accumulators of a table go into a few aggregates,
 * and not into those of each window. Two stacks, by key: the <em>front</em> holds for each of its
 * tables the aggregate of that table and those behind it, the <em>back</em> one aggregate of all of
 * its tables. A window is the aggregate of its first table in front, and that at the back.
 *
 * <pre>
 *   tables        t1    t2    t3  |  t4    t5
 *   aggregates  t1..3 t2..3   t3  |  t4..5
 *   a window          [ t2 ... t5 ]     =  t2..3 and t4..5
 *   the next                [ t3 ... t6 ]     =  t3 and t4..6
 * </pre>
 *
 * <p>When the front is used up, all tables go to the front. So a table is merged twice, and a
 * window costs one merge for each key, whatever the overlap. Windows that do not slide in this way
 * begin with a new front each time, which costs as many merges as there are tables.
 *
 * <p>Tables stay as they are. What comes for one that was merged is late for a window before, and
 * is added to the aggregates too.
 *
 * <p>After Tangwongsan, Hirzel and Schneider, "Low-Latency Sliding-Window Aggregation in Worst-Case
 * Constant Time" (DEBS 2017), section 3.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class RunningAggregates {

  private final Supplier<AccumulatorTable> maker;
  private final Deque<Front> front = new ArrayDeque<>();
  private final List<HeapGroupTable> back = new ArrayList<>();
  private @Nullable AccumulatorTable backTotal;

  /** Aggregates that are used up, empty, for those to come: as many as were in front at once. */
  private final Deque<AccumulatorTable> spare = new ArrayDeque<>();

  /**
   * A table in front.
   *
   * @param table the table
   * @param total the aggregate of the table and those behind it, in front
   */
  private record Front(HeapGroupTable table, AccumulatorTable total) {}

  /**
   * Creates it without tables.
   *
   * @param maker makes an empty aggregate
   */
  RunningAggregates(Supplier<AccumulatorTable> maker) {
    this.maker = maker;
  }

  /**
   * Gives every group of a window.
   *
   * @param tables the tables of the window, in order of time; those that are done have no window
   *     behind this one
   * @param sink takes the groups
   */
  void emit(List<HeapGroupTable> tables, GroupTables.GroupSink sink) {
    slideTo(tables);
    Front first = front.getFirst();
    boolean last = first.table.isDone();
    if (last) {
      front.removeFirst();
      first.table.mergedBy(null);
    }
    if (backTotal == null) {
      emit(first.total, last, sink);
    } else {
      emit(first.total, last, backTotal, sink);
    }
    if (last) {
      recycle(first.total);
    }
  }

  private AccumulatorTable empty() {
    AccumulatorTable known = spare.poll();
    return known == null ? maker.get() : known;
  }

  /** Windows come with about as many keys as those before, so the memory fits the next. */
  private void recycle(AccumulatorTable used) {
    used.clear();
    spare.push(used);
  }

  @SuppressWarnings("ReferenceEquality") // Tables have no other equality.
  private void slideTo(List<HeapGroupTable> tables) {
    while (!front.isEmpty() && front.getFirst().table != tables.get(0)) {
      pop();
    }
    if (front.isEmpty() || !beginsWithAll(tables)) {
      begin(tables);
      return;
    }
    for (HeapGroupTable table : tables.subList(front.size() + back.size(), tables.size())) {
      if (backTotal == null) {
        backTotal = empty();
      }
      backTotal.merge(table.accumulators());
      back.add(table);
      table.mergedBy(this);
    }
  }

  private void pop() {
    Front first = front.removeFirst();
    first.table.mergedBy(null);
    recycle(first.total);
  }

  /** Whether some tables begin with those in front, and go on with those at the back. */
  @SuppressWarnings("ReferenceEquality") // Tables have no other equality.
  private boolean beginsWithAll(List<HeapGroupTable> tables) {
    if (tables.size() < front.size() + back.size()) {
      return false;
    }
    int at = 0;
    for (Front each : front) {
      if (each.table != tables.get(at++)) {
        return false;
      }
    }
    for (HeapGroupTable table : back) {
      if (table != tables.get(at++)) {
        return false;
      }
    }
    return true;
  }

  /** Puts all tables of a window in front, and nothing at the back. */
  private void begin(List<HeapGroupTable> tables) {
    clear();
    AccumulatorTable behind = null;
    for (int i = tables.size() - 1; i >= 0; i--) {
      AccumulatorTable total = empty();
      total.merge(tables.get(i).accumulators());
      if (behind != null) {
        total.merge(behind);
      }
      front.addFirst(new Front(tables.get(i), total));
      tables.get(i).mergedBy(this);
      behind = total;
    }
  }

  /** Adds what has come for a table that was merged. */
  @SuppressWarnings("ReferenceEquality") // Tables have no other equality.
  void add(HeapGroupTable table, Object comparable, int hash, @Nullable Object key, Object value) {
    int until = 0;
    for (Front each : front) {
      until++;
      if (each.table == table) {
        Iterator<Front> those = front.iterator();
        for (int i = 0; i < until; i++) {
          add(those.next().total, comparable, hash, key, value);
        }
      }
    }
    for (HeapGroupTable each : back) {
      if (each == table) {
        add(backTotal, comparable, hash, key, value);
      }
    }
  }

  /** Lets go of tables that have no window any more. */
  void forgetDone() {
    while (!front.isEmpty() && front.getFirst().table.isDone()) {
      pop();
    }
    if (front.isEmpty()) {
      clear();
      spare.clear();
    }
  }

  /** Lets go of everything: the next window begins again. */
  void clear() {
    while (!front.isEmpty()) {
      pop();
    }
    back.forEach(table -> table.mergedBy(null));
    back.clear();
    if (backTotal != null) {
      recycle(backTotal);
      backTotal = null;
    }
  }

  private static void add(
      AccumulatorTable to, Object comparable, int hash, @Nullable Object key, Object value) {
    to.accumulators().addShared(to.put(comparable, hash, key), value);
  }

  private static void emit(AccumulatorTable total, boolean last, GroupTables.GroupSink sink) {
    for (int row = 0; row < total.size(); row++) {
      sink.accept(total.index().key(row), total.accumulators().output(row, last));
    }
  }

  private static void emit(
      AccumulatorTable first, boolean last, AccumulatorTable second, GroupTables.GroupSink sink) {
    KeyIndex keys = first.index();
    KeyIndex others = second.index();
    Accumulators accumulators = first.accumulators();
    for (int row = 0; row < keys.size(); row++) {
      int other = others.find(keys, row);
      sink.accept(
          keys.key(row),
          other < 0
              ? accumulators.output(row, last)
              : accumulators.output(row, last, second.accumulators(), other));
    }
    for (int row = 0; row < others.size(); row++) {
      if (keys.find(others, row) < 0) {
        sink.accept(others.key(row), second.accumulators().output(row, false));
      }
    }
  }
}
