package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.combine.KeyIndex;
import dev.microbatch.executor.spill.GroupCursor;
import dev.microbatch.executor.spill.LazyValues;
import dev.microbatch.executor.spill.Run;
import dev.microbatch.executor.spill.RunCursor;
import dev.microbatch.executor.spill.RunMerge;
import dev.microbatch.executor.spill.RunReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The groups of a window of which something has left memory: runs and tables as if they were one,
 * in the order of runs. A key goes out as soon as its groups have met; nothing is gathered.
 *
 * <p>Values that are few go out as a list. More than {@value #EAGER_BYTES} bytes of them are read
 * when they are iterated, each time again.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class MergedTables {

  /** Up to how many bytes the values of a key that have left memory are read at once. */
  static final int EAGER_BYTES = 64 << 10;

  private final StateLayout layout;
  private final GroupContent content;
  private final List<HeapGroupTable> tables;
  private final @Nullable Accumulators scratch;

  /**
   * Begins with nothing read.
   *
   * @param layout how keys are encoded
   * @param content what is kept for a key
   * @param tables the tables of the window, in order of time
   */
  MergedTables(StateLayout layout, GroupContent content, List<HeapGroupTable> tables) {
    this.layout = layout;
    this.content = content;
    this.tables = tables;
    this.scratch = content.gathers() ? null : content.accumulators();
    if (scratch != null) {
      scratch.create();
    }
  }

  /** The groups of a table in memory, or in one of its runs. */
  private abstract static class Part implements GroupCursor {
    final HeapGroupTable table;
    final int number;

    Part(HeapGroupTable table, int number) {
      this.table = table;
      this.number = number;
    }

    @Override
    public final int table() {
      return number;
    }
  }

  private static final class InMemory extends Part {
    private final KeyIndex index;
    private final SortedRows rows;

    InMemory(HeapGroupTable table, int number, StateLayout layout) {
      super(table, number);
      this.index = table.index();
      this.rows = new SortedRows(index, layout);
    }

    @Override
    public boolean next() {
      return rows.next();
    }

    @Override
    public int keyGroup() {
      return rows.keyGroup();
    }

    @Override
    public int hash() {
      return rows.hash();
    }

    @Override
    public byte[] key() {
      return rows.key();
    }

    @Override
    public boolean replaces() {
      return table.isReplacing(rows.row());
    }
  }

  private static final class OnDisk extends Part implements RunCursor {
    private final Run run;
    private final RunReader reader;

    OnDisk(HeapGroupTable table, int number, Run run) {
      super(table, number);
      this.run = run;
      this.reader = new RunReader(run);
    }

    @Override
    public RunReader reader() {
      return reader;
    }
  }

  /** Gives every group. */
  void emit(GroupTables.GroupSink sink) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      HeapGroupTable table = tables.get(i);
      for (Run run : table.runs().all()) {
        parts.add(new OnDisk(table, i, run));
      }
      if (table.index().size() > 0) {
        parts.add(new InMemory(table, i, layout));
      }
    }
    if (scratch != null) {
      tables.forEach(HeapGroupTable::accumulators); // what a commit has captured is encoded first
    }
    RunMerge<Part> merge = new RunMerge<>(parts);
    try {
      while (merge.next()) {
        Object result = scratch == null ? gathered(merge.parts()) : combined(merge.parts());
        sink.accept(key(merge.parts()), result);
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "What was grouped and has left memory cannot be read back: " + e.getMessage(), e);
    }
  }

  private @Nullable Object key(List<Part> parts) throws IOException {
    for (Part part : parts) {
      if (part instanceof InMemory memory) {
        return memory.index.key(memory.rows.row());
      }
    }
    return CoderUtils.decodeFromByteArray(layout.keyCodec().coder(), parts.get(0).key());
  }

  private Iterable<Object> gathered(List<Part> parts) throws IOException {
    Coder<Object> coder = content.coder();
    long[] places = new long[parts.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = parts.get(i) instanceof OnDisk disk ? disk.reader.values() : -1;
    }
    List<Object> values = new ArrayList<>();
    long bytes = 0;
    for (Part part : parts) {
      if (part instanceof InMemory memory) {
        values.addAll(values(memory));
        continue;
      }
      RunReader reader = ((OnDisk) part).reader;
      while (reader.nextChunk()) {
        bytes += reader.length();
        if (bytes > EAGER_BYTES) {
          return lazy(parts, places);
        }
        reader.readChunk();
        ByteArrayInputStream in =
            new ByteArrayInputStream(reader.bytes(), reader.offset(), reader.length());
        for (int i = 0; i < reader.count(); i++) {
          values.add(coder.decode(in));
        }
      }
    }
    return Collections.unmodifiableList(values);
  }

  private static List<Object> values(InMemory memory) {
    return ((GatheredColumn) memory.table.column()).values(memory.rows.row());
  }

  private LazyValues<Object> lazy(List<Part> parts, long[] places) {
    List<LazyValues.Part<Object>> all = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      Part part = parts.get(i);
      all.add(
          part instanceof OnDisk disk
              ? new LazyValues.Slice<>(disk.run, places[i])
              : new LazyValues.InMemory<>(values((InMemory) part)));
    }
    return new LazyValues<>(content.coder(), all);
  }

  private Object combined(List<Part> parts) throws IOException {
    boolean first = true;
    for (Part part : parts) {
      if (part instanceof InMemory memory) {
        Accumulators column = ((CombinedColumn) memory.table.column()).accumulators();
        add(Values.copy(content.coder(), column.get(memory.rows.row())), first);
        first = false;
        continue;
      }
      RunReader reader = ((OnDisk) part).reader;
      while (reader.nextChunk()) {
        reader.readChunk();
        add(
            content
                .coder()
                .decode(new ByteArrayInputStream(reader.bytes(), reader.offset(), reader.length())),
            first);
        first = false;
      }
    }
    return scratch.output(0, true);
  }

  private void add(Object accumulator, boolean first) {
    if (first) {
      scratch.set(0, accumulator);
    } else {
      scratch.merge(0, accumulator);
    }
  }
}
