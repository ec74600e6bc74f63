package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.KeyIndex;
import dev.microbatch.executor.memory.NoSpaceException;
import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.SpillException;
import dev.microbatch.executor.spill.Run;
import dev.microbatch.executor.spill.RunWriter;
import java.io.IOException;
import java.util.ArrayList;
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
  private KeyIndex index = new KeyIndex();
  private GroupColumn column;
  private @Nullable GroupLabel label;

  /** How many of its windows have not fired. */
  private int open;

  /** Whether the commits so far contain something of it. */
  private boolean stored;

  /** The rows that have changed since the last commit; null if there are no commits. */
  private final @Nullable BitSet changed;

  /** Is told when the first row changes after a commit. */
  private final Consumer<HeapGroupTable> changing;

  private final TableWeight weights;
  private long weight;

  /** What has left memory. */
  private final TableRuns runs = new TableRuns();

  /** The rows that were put back as all that there is of a key of which more had left. */
  private @Nullable BitSet replacing;

  /** What windows have made of it, to be told of what comes later; null if none has. */
  private @Nullable RunningAggregates aggregates;

  /**
   * Creates a table without keys.
   *
   * @param windows its windows
   * @param layout how keys and windows are encoded
   * @param column takes what comes
   * @param weights says when there is too much of it
   * @param changing is told when the first row changes after a commit
   */
  HeapGroupTable(
      List<OpenWindow> windows,
      StateLayout layout,
      GroupColumn column,
      TableWeight weights,
      Consumer<HeapGroupTable> changing) {
    this.windows = windows;
    this.layout = layout;
    this.column = column;
    this.weights = weights;
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
    if (weights.isTime()) {
      weight = weights.look(weight, index.size(), key, column.weighed(row, value));
      weights.settle();
    }
  }

  private int row(Object comparable, int hash, @Nullable Object key) {
    int row = index.find(comparable, hash);
    if (row < 0) {
      row = index.add(comparable, hash, key);
      column.create();
      weights.created();
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

  /** What has left memory of it. */
  TableRuns runs() {
    return runs;
  }

  /** How many groups there are, about: one of which something has left memory may count again. */
  long groups() {
    return index.size() + runs.groups();
  }

  /** Moves all of it to a run. If that fails it is as it was. */
  void spill(RunWriter writer, SpillDirectory directory) {
    if (index.size() == 0) {
      return;
    }
    writer.begin();
    SortedRows rows = new SortedRows(index, layout);
    while (rows.next()) {
      int row = rows.row();
      writer.group(rows.keyGroup(), rows.hash(), rows.key(), isReplacing(row));
      try {
        column.write(row, changed != null && !changed.get(row), writer);
      } catch (IOException | RuntimeException e) {
        throw failed(e);
      }
    }
    Run run = writer.end();
    forget();
    runs.add(run, directory);
  }

  private static RuntimeException failed(Exception e) {
    return e instanceof SpillException || e instanceof NoSpaceException
        ? (RuntimeException) e
        : new EncodingException("what was grouped for a key in its windows", e);
  }

  /** Lets go of what is in memory. */
  private void forget() {
    index = new KeyIndex();
    column = column.empty();
    replacing = null;
    if (changed != null) {
      changed.clear();
    }
    weights.remove(weight);
    weight = 0;
  }

  /** Lets go of everything. Its windows have fired. */
  void close() {
    forget();
    runs.release();
  }

  /** Whether something has changed since the last commit. */
  boolean isChanged() {
    return !runs.unstored().isEmpty() || (changed != null && !changed.isEmpty());
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

  /** As {@link #freeze}, of a table of which something has left memory. */
  FrozenRuns freezeRuns(SnapshotScope scope, GroupContent content) {
    List<FrozenGroup> groups = new ArrayList<>();
    freeze(scope, groups::add);
    stored = true;
    FrozenRuns frozen =
        new FrozenRuns(layout, content, label(), scope, runs.all(), runs.unstored(), groups);
    runs.markStored();
    return frozen;
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
    int row = row(comparable, layout.keyCodec().hash(key, comparable), key);
    column.restore(row, entry);
    if (entry.op() == StateEntry.Op.PUT && !runs.isEmpty()) {
      if (replacing == null) {
        replacing = new BitSet();
      }
      replacing.set(row);
    }
    weight = weights.restored(weight, entry.key().length + entry.value().length);
    weights.settle();
    runs.markStored();
  }

  /** Whether a row is all that there is of its key. */
  boolean isReplacing(int row) {
    return replacing != null && replacing.get(row);
  }
}
