package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.KeyIndex;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A window that fires, with the tables that it fires from. */
final class ClosedTables implements GroupTables.ClosedWindow {

  private final BoundedWindow window;
  private final List<HeapGroupTable> tables;
  private final @Nullable RunningAggregates aggregates;

  /**
   * Creates it.
   *
   * @param window the window
   * @param tables its tables, in order of time
   * @param aggregates merges accumulators; null if values are gathered
   */
  ClosedTables(
      BoundedWindow window, List<HeapGroupTable> tables, @Nullable RunningAggregates aggregates) {
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
      if (table.isDone()) {
        column.forget(row);
      }
      sink.accept(index.key(row), values);
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
