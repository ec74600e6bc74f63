package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.KeyIndex;
import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.spill.RunMerge;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A window that fires, with the tables that it fires from. */
final class ClosedTables implements GroupTables.ClosedWindow {

  private final BoundedWindow window;
  private final List<HeapGroupTable> tables;
  private final @Nullable RunningAggregates aggregates;
  private final StateLayout layout;
  private final GroupContent content;
  private final @Nullable SpillContext spill;

  /**
   * Creates it.
   *
   * @param window the window
   * @param tables its tables, in order of time
   * @param aggregates merges accumulators; null if values are gathered
   * @param layout how keys are encoded
   * @param content what is kept for a key
   * @param spill where groups go that are too many; null if all stay in memory
   */
  ClosedTables(
      BoundedWindow window,
      List<HeapGroupTable> tables,
      @Nullable RunningAggregates aggregates,
      StateLayout layout,
      GroupContent content,
      @Nullable SpillContext spill) {
    this.layout = layout;
    this.content = content;
    this.spill = spill;
    this.window = window;
    this.tables = tables;
    this.aggregates = aggregates;
  }

  @Override
  public BoundedWindow window() {
    return window;
  }

  @Override
  public void emit(GroupTables.GroupSink sink) {
    if (spill != null && tables.stream().anyMatch(table -> !table.runs().isEmpty())) {
      merged(spill, sink);
    } else {
      inMemory(sink);
    }
    tables.stream().filter(HeapGroupTable::isDone).forEach(HeapGroupTable::close);
  }

  /** Something has left memory. */
  private void merged(SpillContext context, GroupTables.GroupSink sink) {
    if (aggregates != null) {
      aggregates.clear();
    }
    SpillDirectory directory = context.directory();
    long runs = tables.stream().mapToLong(table -> table.runs().all().size()).sum();
    if (runs > RunMerge.MAX_RUNS && directory != null) {
      for (HeapGroupTable table : tables) {
        if (table.runs().all().size() > 1) {
          table.runs().merge(directory);
        }
      }
    }
    new MergedTables(layout, content, tables).emit(sink);
  }

  private void inMemory(GroupTables.GroupSink sink) {
    HeapGroupTable first = tables.get(0);
    if (aggregates == null) {
      if (tables.size() == 1) {
        gathered(first, sink);
      } else {
        gathered(sink);
      }
    } else if (tables.size() == 1) {
      combined(first, sink);
      aggregates.forgetDone();
    } else {
      aggregates.emit(tables, sink);
    }
  }

  private static void gathered(HeapGroupTable table, GroupTables.GroupSink sink) {
    GatheredColumn column = (GatheredColumn) table.column();
    KeyIndex index = table.index();
    for (int row = 0; row < index.size(); row++) {
      List<Object> values = column.values(row);
      Object key = index.key(row);
      if (table.isDone()) {
        column.forget(row);
        index.forget(row);
      }
      sink.accept(key, values);
    }
  }

  /** From several tables: a list of a key is the lists of the tables, one behind the other. */
  private void gathered(GroupTables.GroupSink sink) {
    KeyIndex union = new KeyIndex();
    List<List<Object>> lists = new ArrayList<>();
    for (HeapGroupTable table : tables) {
      GatheredColumn column = (GatheredColumn) table.column();
      KeyIndex index = table.index();
      for (int row = 0; row < index.size(); row++) {
        int number = union.find(index, row);
        if (number < 0) {
          union.add(index, row);
          lists.add(column.values(row));
        } else {
          lists.set(number, ConcatenatedList.of(lists.get(number), column.values(row)));
        }
      }
    }
    for (int number = 0; number < union.size(); number++) {
      sink.accept(union.key(number), lists.set(number, null));
    }
  }

  private static void combined(HeapGroupTable table, GroupTables.GroupSink sink) {
    Accumulators accumulators = table.accumulators().accumulators();
    KeyIndex index = table.index();
    for (int row = 0; row < index.size(); row++) {
      sink.accept(index.key(row), accumulators.output(row, table.isDone()));
    }
  }
}
