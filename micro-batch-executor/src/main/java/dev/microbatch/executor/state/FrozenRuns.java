package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.spill.GroupCursor;
import dev.microbatch.executor.spill.Run;
import dev.microbatch.executor.spill.RunCursor;
import dev.microbatch.executor.spill.RunMerge;
import dev.microbatch.executor.spill.RunReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What was captured of a table of which something has left memory. Values in runs are copied as
 * bytes: those that were not in a commit when the run was written, or all where key groups are
 * wanted as a whole. They are appended, since what is in other runs stays.
 *
 * <p>Of values that are combined an entry has all that there is of the key: its accumulators in all
 * runs are merged, by a copy of the combine function, as the thread that writes is not the one that
 * combines. So a commit reads all runs of such a table in which something has changed.
 *
 * <p>Thread-safe with respect to the table. One thread writes it.
 */
final class FrozenRuns {

  private final StateLayout layout;
  private final GroupContent content;
  private final GroupLabel label;
  private final SnapshotScope scope;
  private final List<Run> all;

  /** How many of them are in commits already. */
  private final int stored;

  private final List<FrozenGroup> groups;
  private @Nullable List<Row> rows;
  private @Nullable CombineFn<Object, Object, Object> combineFn;

  /**
   * Captures it, and holds the runs.
   *
   * @param layout how keys are encoded
   * @param content what is kept for a key
   * @param label by what the entries are known
   * @param scope what is wanted as a whole
   * @param all all runs of the table
   * @param unstored the last of them, which are not in a commit as a whole
   * @param groups what was captured of the rows in memory
   */
  FrozenRuns(
      StateLayout layout,
      GroupContent content,
      GroupLabel label,
      SnapshotScope scope,
      List<Run> all,
      List<Run> unstored,
      List<FrozenGroup> groups) {
    this.layout = layout;
    this.content = content;
    this.label = label;
    this.scope = scope;
    this.all = List.copyOf(all);
    this.stored = all.size() - unstored.size();
    this.groups = groups;
    this.all.forEach(Run::retain);
  }

  /** A captured row, with its key as it is in a run. */
  private record Row(int keyGroup, int hash, byte[] key, FrozenGroup group) {
    static final Comparator<Row> ORDER =
        Comparator.comparingInt(Row::keyGroup)
            .thenComparingInt(Row::hash)
            .thenComparing(Row::key, Arrays::compareUnsigned);
  }

  private static final class InMemory implements GroupCursor {
    private final List<Row> rows;
    private int at = -1;

    InMemory(List<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean next() {
      return ++at < rows.size();
    }

    private Row row() {
      return rows.get(at);
    }

    @Override
    public int keyGroup() {
      return row().keyGroup();
    }

    @Override
    public int hash() {
      return row().hash();
    }

    @Override
    public byte[] key() {
      return row().key();
    }

    @Override
    public boolean replaces() {
      return false;
    }
  }

  private static final class OnDisk implements RunCursor {
    private final RunReader reader;
    private final boolean isStored;

    OnDisk(Run run, boolean isStored, int from) {
      this.reader = new RunReader(run);
      this.isStored = isStored;
      reader.passTo(from);
    }

    @Override
    public RunReader reader() {
      return reader;
    }

    /** Whether the chunk was in a commit before. */
    boolean isStored() {
      return isStored || reader.isStored();
    }
  }

  /**
   * Writes the entries of a key group.
   *
   * @throws IOException if the sink throws it, or a coder
   */
  void write(int keyGroup, EntrySink sink) throws IOException {
    boolean whole = scope.contains(keyGroup);
    List<Row> here = rows(keyGroup);
    boolean unstored = stored < all.size();
    if (!whole && !unstored && here.isEmpty()) {
      return;
    }
    // Of values that are appended, what is in commits is not looked at.
    int from = whole || !content.gathers() ? 0 : stored;
    List<GroupCursor> parts = new ArrayList<>();
    for (int i = from; i < all.size(); i++) {
      parts.add(new OnDisk(all.get(i), i < stored, keyGroup));
    }
    parts.add(new InMemory(here));
    RunMerge<GroupCursor> merge = new RunMerge<>(parts);
    while (merge.next() && merge.parts().get(0).keyGroup() == keyGroup) {
      if (content.gathers()) {
        writeGathered(merge.parts(), whole, sink);
      } else {
        writeCombined(merge.parts(), whole, sink);
      }
    }
  }

  private List<Row> rows(int keyGroup) {
    if (rows == null) {
      KeyCodec<Object> codec = layout.keyCodec();
      List<Row> sorted = new ArrayList<>(groups.size());
      for (FrozenGroup group : groups) {
        byte[] key = FrozenTables.encode(codec, group);
        sorted.add(new Row(group.keyGroup(), KeyCodec.hashBytes(key), key, group));
      }
      sorted.sort(Row.ORDER);
      rows = sorted;
    }
    int first = lowerBound(keyGroup);
    return rows.subList(first, lowerBound(keyGroup + 1));
  }

  private int lowerBound(int keyGroup) {
    int low = 0;
    int high = rows.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows.get(middle).keyGroup() < keyGroup) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void writeGathered(List<GroupCursor> parts, boolean whole, EntrySink sink)
      throws IOException {
    byte[] key = parts.get(0).key();
    int keyGroup = parts.get(0).keyGroup();
    StateEntry.Op[] op = {whole ? StateEntry.Op.PUT : StateEntry.Op.APPEND};
    for (GroupCursor part : parts) {
      if (part instanceof InMemory memory) {
        memory
            .row()
            .group()
            .write(
                (Change change) -> {
                  sink.accept(
                      GroupEntry.of(keyGroup, key, label, new Change(op[0], change.value())));
                  op[0] = StateEntry.Op.APPEND;
                });
        continue;
      }
      OnDisk disk = (OnDisk) part;
      RunReader reader = disk.reader;
      while (reader.nextChunk()) {
        if (whole || !disk.isStored()) {
          reader.readChunk();
          sink.accept(GroupEntry.of(keyGroup, key, label, new Change(op[0], value(reader))));
          op[0] = StateEntry.Op.APPEND;
        }
      }
    }
  }

  /** The values of a chunk, as an entry has them. */
  private static byte[] value(RunReader reader) throws IOException {
    EncodedBytes out = new EncodedBytes();
    VarInt.encode(reader.count(), out);
    out.write(reader.bytes(), reader.offset(), reader.length());
    return out.toByteArray();
  }

  private void writeCombined(List<GroupCursor> parts, boolean whole, EntrySink sink)
      throws IOException {
    List<Object> accumulators = new ArrayList<>();
    boolean[] changed = {whole};
    for (GroupCursor part : parts) {
      if (part instanceof InMemory memory) {
        changed[0] = true;
        memory.row().group().write((Change change) -> accumulators.add(decode(change.value())));
        continue;
      }
      OnDisk disk = (OnDisk) part;
      RunReader reader = disk.reader;
      while (reader.nextChunk()) {
        changed[0] |= !disk.isStored();
        reader.readChunk();
        accumulators.add(
            content
                .coder()
                .decode(
                    new ByteArrayInputStream(reader.bytes(), reader.offset(), reader.length())));
      }
    }
    if (!changed[0]) {
      return;
    }
    EncodedBytes out = new EncodedBytes();
    content.coder().encode(merged(accumulators), out);
    Change change = new Change(StateEntry.Op.PUT, out.toByteArray());
    sink.accept(GroupEntry.of(parts.get(0).keyGroup(), parts.get(0).key(), label, change));
  }

  private Object decode(byte[] accumulator) throws IOException {
    return content.coder().decode(new ByteArrayInputStream(accumulator));
  }

  private Object merged(List<Object> accumulators) {
    if (accumulators.size() == 1) {
      return accumulators.get(0);
    }
    if (combineFn == null) {
      combineFn = SerializableUtils.clone(content.combineFn());
    }
    return combineFn.mergeAccumulators(accumulators);
  }

  /** Lets go of the runs. */
  void close() {
    all.forEach(Run::release);
  }
}
