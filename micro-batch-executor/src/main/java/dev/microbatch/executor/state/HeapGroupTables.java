package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.WindowsKey;
import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.Spillable;
import dev.microbatch.executor.spill.RunWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups as objects: a table of keys for each set of windows that values have come with, and the
 * windows by their ends.
 *
 * <h2>Commits</h2>
 *
 * The first change of a group within a commit marks its row as changed. A gathered group
 * contributes the values that are new, a combined one its accumulator, which is encoded by whoever
 * comes first if it is mutable: the thread that writes the commit, or the next change.
 *
 * <p>Entries name all windows of their table, also those that have fired. Of a table that is still
 * needed, a commit says which have: when they fire, and whenever it contains as a whole what
 * belongs to no key. When the last one fires, it says that the table is gone.
 */
final class HeapGroupTables implements GroupTables, Spillable {

  private final StateLayout layout;
  private final GroupContent content;
  private final @Nullable RunningAggregates aggregates;
  private final KeyCodec<BoundedWindow> windowCodec;
  private final @Nullable SpillContext spill;
  private final TableWeight weights;

  /** The windows that have not fired, by their comparable forms. */
  private final Map<Object, OpenWindow> windows = new HashMap<>();

  /** The same. */
  private final TreeSet<OpenWindow> byEnd = new TreeSet<>(OpenWindow.BY_END);

  private long opened;

  /** The tables of several windows. */
  private final Map<WindowsKey, HeapGroupTable> shared = new HashMap<>();

  /** The tables with rows that have changed since the last commit. */
  private final List<HeapGroupTable> changed = new ArrayList<>();

  /** The windows that have fired since the last commit, and that it may contain something of. */
  private List<OpenWindow> fired = new ArrayList<>();

  /** The tables of several windows that are gone since the last commit, as commits know them. */
  private List<GroupLabel> gone = new ArrayList<>();

  /** The windows that had fired when the commit was written that is being restored. */
  private final Set<Object> firedBefore = new HashSet<>();

  /**
   * Creates the tables, with nothing in them.
   *
   * @param layout how keys and windows are encoded
   * @param content what is kept for a key
   * @param spill where groups go that are too many; null if all stay in memory
   */
  HeapGroupTables(StateLayout layout, GroupContent content, @Nullable SpillContext spill) {
    this.layout = layout;
    this.spill = spill;
    this.weights = new TableWeight(spill, layout, content, this);
    this.content = content;
    this.windowCodec = KeyCodec.of(layout.windowCoder());
    Accumulators none = content.gathers() ? null : content.accumulators();
    this.aggregates =
        none == null ? null : new RunningAggregates(() -> new AccumulatorTable(none.empty()));
  }

  @Override
  public @Nullable Table find(Collection<? extends BoundedWindow> of) {
    if (of.size() == 1) {
      OpenWindow window = windows.get(windowCodec.comparable(of.iterator().next()));
      return window == null ? null : window.alone();
    }
    return shared.get(several(of));
  }

  private WindowsKey several(Collection<? extends BoundedWindow> of) {
    return WindowsKey.of(of, windowCodec::comparable);
  }

  @Override
  public Table create(Collection<? extends BoundedWindow> of, long watermark) {
    firedBefore.clear();
    List<OpenWindow> all = new ArrayList<>(of.size());
    for (BoundedWindow window : of) {
      boolean late = window.maxTimestamp().getMillis() < watermark;
      OpenWindow known = late ? closed(window) : open(window);
      all.add(known);
      if (late && layout.tracked()) {
        fired.add(known);
      }
    }
    HeapGroupTable table = add(of, all);
    if (layout.tracked()) {
      table.label(); // says what cannot be encoded
    }
    return table;
  }

  private OpenWindow closed(BoundedWindow window) {
    OpenWindow closed = new OpenWindow(window, windowCodec.comparable(window), opened++);
    closed.close();
    return closed;
  }

  /** The window, as one that will fire. */
  private OpenWindow open(BoundedWindow window) {
    Object comparable = windowCodec.comparable(window);
    OpenWindow open = windows.get(comparable);
    if (open == null) {
      open = new OpenWindow(window, comparable, opened++);
      windows.put(comparable, open);
      byEnd.add(open);
    }
    return open;
  }

  private HeapGroupTable add(Collection<? extends BoundedWindow> of, List<OpenWindow> all) {
    GroupColumn column =
        content.gathers()
            ? new GatheredColumn(content.coder())
            : new CombinedColumn(content.coder(), content.accumulators());
    HeapGroupTable table = new HeapGroupTable(all, layout, column, weights, changed::add);
    for (OpenWindow window : all) {
      if (!window.isClosed()) {
        window.add(table);
      }
    }
    if (table.isShared()) {
      shared.put(several(of), table);
    }
    return table;
  }

  /** How many groups there are: one for each key and set of windows. */
  long groups() {
    long groups = 0;
    for (OpenWindow window : byEnd) {
      groups += window.alone() == null ? 0 : window.alone().groups();
    }
    for (HeapGroupTable table : shared.values()) {
      groups += table.groups();
    }
    return groups;
  }

  @Override
  public boolean anyEndsBefore(long watermark) {
    return !byEnd.isEmpty() && byEnd.first().end() < watermark;
  }

  @Override
  public long firstEnd() {
    return byEnd.isEmpty() ? Long.MAX_VALUE : byEnd.first().end();
  }

  @Override
  public ClosedWindow removeFirst() {
    OpenWindow window = byEnd.first();
    List<HeapGroupTable> tables = window.tables();
    if (close(window, tables)) {
      fired.add(window);
    }
    return new ClosedTables(window.window(), tables, aggregates, layout, content, spill);
  }

  /** Takes a window out. Says whether commits contain, or may yet contain, something of it. */
  private boolean close(OpenWindow window, List<HeapGroupTable> tables) {
    windows.remove(window.comparable());
    byEnd.remove(window);
    window.close();
    boolean stored = false;
    for (HeapGroupTable table : tables) {
      table.fired();
      if (table.isDone() && table.isShared()) {
        remove(table);
      }
      stored |= table.isStored() || (layout.tracked() && !table.isDone());
    }
    return stored;
  }

  private void remove(HeapGroupTable table) {
    shared.remove(several(table.windows().stream().map(OpenWindow::window).toList()));
    if (table.isStored()) {
      gone.add(table.label());
    }
  }

  /** The tables that are needed. */
  private List<HeapGroupTable> open() {
    List<HeapGroupTable> open = new ArrayList<>(shared.values());
    for (OpenWindow window : windows.values()) {
      if (window.alone() != null) {
        open.add(window.alone());
      }
    }
    return open;
  }

  /**
   * Moves all groups to a disk, unless there is none. What windows have made of them is let go of,
   * too: it can be made again.
   */
  @Override
  public void spill(long wanted) {
    SpillDirectory directory = spill == null ? null : spill.directory();
    if (directory == null) {
      return;
    }
    if (aggregates != null) {
      aggregates.clear();
    }
    try (RunWriter writer = new RunWriter(directory, wanted / 2)) {
      open().forEach(table -> table.spill(writer, directory));
    }
  }

  /** Says that a batch has ended. */
  void endBatch() {
    weights.endBatch();
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    List<FrozenGroup> groups = new ArrayList<>();
    List<FrozenRuns> runs = new ArrayList<>();
    for (HeapGroupTable table : scope.isChanges() ? changed : open()) {
      if (table.isDone() || (scope.isChanges() && !table.isChanged())) {
        continue;
      }
      if (table.runs().isEmpty()) {
        table.freeze(scope, groups::add);
      } else {
        runs.add(table.freezeRuns(scope, content));
      }
    }
    FrozenTables part = new FrozenTables(layout, groups, runs, fired(scope));
    changed.clear();
    fired = new ArrayList<>();
    gone = new ArrayList<>();
    return part;
  }

  /** The windows that a commit is to say have fired, and the tables that are gone. */
  private List<GroupLabel> fired(SnapshotScope scope) {
    Set<Object> named = new HashSet<>();
    List<GroupLabel> labels = new ArrayList<>();
    if (!scope.isEverything()) {
      fired.forEach(window -> name(window, named, labels));
      labels.addAll(gone);
    }
    if (scope.contains(StateEntry.NO_KEY_GROUP)) {
      for (HeapGroupTable table : shared.values()) {
        table.windows().stream()
            .filter(OpenWindow::isClosed)
            .forEach(window -> name(window, named, labels));
      }
    }
    return labels;
  }

  private void name(OpenWindow window, Set<Object> named, List<GroupLabel> labels) {
    if (named.add(window.comparable())) {
      labels.add(GroupLabel.of(List.of(window.window()), layout.windowCoder()));
    }
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.GROUP;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    List<BoundedWindow> of = GroupEntry.windows(entry, layout.windowCoder());
    if (GroupEntry.isGone(entry)) {
      if (of.size() == 1) {
        restoreFired(of.get(0));
      } else {
        restoreGone(of);
      }
    } else if (layout.range().contains(entry.keyGroup())) {
      HeapGroupTable table = (HeapGroupTable) find(of);
      (table != null ? table : restored(of)).restore(entry);
    }
  }

  private void restoreFired(BoundedWindow fired) {
    Object comparable = windowCodec.comparable(fired);
    firedBefore.add(comparable);
    OpenWindow window = windows.get(comparable);
    if (window != null) {
      List<HeapGroupTable> tables = window.tables();
      close(window, tables);
      tables.stream().filter(HeapGroupTable::isDone).forEach(HeapGroupTable::close);
    }
  }

  private void restoreGone(List<BoundedWindow> of) {
    HeapGroupTable table = shared.remove(several(of));
    if (table != null) {
      for (OpenWindow window : table.windows()) {
        if (!window.isClosed() && window.remove(table)) {
          windows.remove(window.comparable());
          byEnd.remove(window);
        }
      }
      table.close();
    }
  }

  private HeapGroupTable restored(List<BoundedWindow> of) {
    List<OpenWindow> all = new ArrayList<>(of.size());
    for (BoundedWindow window : of) {
      boolean gone = of.size() > 1 && firedBefore.contains(windowCodec.comparable(window));
      all.add(gone ? closed(window) : open(window));
    }
    return add(of, all);
  }
}
