package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.KeyIndex;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Groups of the same windows, as objects. */
final class HeapGroupTable implements GroupTables.Table {

  /** Earlier windows first: the same order in every partition and after every restore. */
  static final Comparator<HeapGroupTable> BY_TIME =
      Comparator.<HeapGroupTable>comparingLong(table -> table.lastEnd)
          .thenComparingLong(table -> table.firstEnd)
          .thenComparing(table -> table.label().namespace(), Arrays::compareUnsigned);

  private final List<OpenWindow> windows;
  private final StateLayout layout;
  private final long firstEnd;
  private final long lastEnd;
  private final KeyIndex index = new KeyIndex();
  private final GroupColumn column;
  private @Nullable GroupLabel label;

  /** How many of its windows have not fired. */
  private int open;

  /** Whether the commits so far contain something of it. */
  private boolean stored;

  /** The rows that have changed since the last commit; null if there are no commits. */
  private final @Nullable BitSet changed;

  /** Is told when the first row changes after a commit. */
  private final Consumer<HeapGroupTable> changing;

  /** What windows have made of it, to be told of what comes later; null if none has. */
  private @Nullable RunningAggregates aggregates;

  /**
   * Creates a table without keys.
   *
   * @param windows its windows
   * @param layout how keys and windows are encoded
   * @param column takes what comes
   * @param changing is told when the first row changes after a commit
   */
  HeapGroupTable(
      List<OpenWindow> windows,
      StateLayout layout,
      GroupColumn column,
      Consumer<HeapGroupTable> changing) {
    this.windows = windows;
    this.layout = layout;
    this.column = column;
    this.changing = changing;
    this.changed = layout.tracked() ? new BitSet() : null;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (OpenWindow window : windows) {
      first = Math.min(first, window.end());
      last = Math.max(last, window.end());
      open += window.isClosed() ? 0 : 1;
    }
    this.firstEnd = first;
    this.lastEnd = last;
  }

  /** Its windows, also those that have fired. */
  List<OpenWindow> windows() {
    return windows;
  }

  /** Whether it has several windows. */
  boolean isShared() {
    return windows.size() > 1;
  }

  /** Whether all of its windows have fired. */
  boolean isDone() {
    return open == 0;
  }

  /** Says that one of its windows fires. */
  void fired() {
    open--;
  }

  /** Whether the commits so far contain something of it. */
  boolean isStored() {
    return stored;
  }

  /** By what its entries are known. */
  GroupLabel label() {
    if (label == null) {
      label =
          GroupLabel.of(windows.stream().map(OpenWindow::window).toList(), layout.windowCoder());
    }
    return label;
  }

  KeyIndex index() {
    return index;
  }

  GroupColumn column() {
    return column;
  }

  /** Keys and accumulators, of values that are combined. They must not be changed. */
  AccumulatorTable accumulators() {
    CombinedColumn combined = (CombinedColumn) column;
    combined.touchingAll();
    return new AccumulatorTable(index, combined.accumulators());
  }

  /** Says who has merged what is in the table, or null if nobody needs to know any more. */
  void mergedBy(@Nullable RunningAggregates by) {
    aggregates = by;
  }

  @Override
  public void add(Object comparable, int hash, @Nullable Object key, @Nullable Object value) {
    int row = row(comparable, hash, key);
    column.add(row, value, change(row));
    if (aggregates != null) {
      aggregates.add(this, comparable, hash, key, value);
    }
  }

  private int row(Object comparable, int hash, @Nullable Object key) {
    int row = index.find(comparable, hash);
    if (row < 0) {
      row = index.add(comparable, hash, key);
      column.create();
    }
    return row;
  }

  /** Notes that a row changes. Says whether it is the first time since the last commit. */
  private boolean change(int row) {
    if (changed == null || changed.get(row)) {
      return false;
    }
    if (changed.isEmpty()) {
      changing.accept(this);
    }
    changed.set(row);
    return true;
  }

  /**
   * Captures what has changed, and what is wanted as a whole.
   *
   * @param scope what is wanted as a whole
   * @param sink takes what was captured
   */
  void freeze(SnapshotScope scope, Consumer<FrozenGroup> sink) {
    if (!scope.isChanges()) {
      for (int row = 0; row < index.size(); row++) {
        if (scope.contains(layout.keyGroup(index.hash(row)))) {
          sink.accept(freeze(row, true));
        }
      }
    }
    if (changed != null) {
      for (int row = changed.nextSetBit(0); row >= 0; row = changed.nextSetBit(row + 1)) {
        if (!scope.contains(layout.keyGroup(index.hash(row)))) {
          sink.accept(freeze(row, false));
        }
      }
      changed.clear();
    }
  }

  private FrozenGroup freeze(int row, boolean full) {
    stored = true;
    FrozenGroup group =
        new FrozenGroup(
            index.comparable(row),
            index.key(row),
            layout.keyGroup(index.hash(row)),
            label(),
            column.capture(row, full));
    column.captured(row, group);
    return group;
  }

  /** Puts back what was stored of a group. */
  void restore(StateEntry entry) throws IOException {
    stored = true;
    Object key = GroupEntry.key(entry, layout.keyCodec().coder());
    Object comparable = layout.keyCodec().comparable(key);
    column.restore(row(comparable, layout.keyCodec().hash(key, comparable), key), entry);
  }
}
