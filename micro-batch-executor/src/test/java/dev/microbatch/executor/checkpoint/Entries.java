package dev.microbatch.executor.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes entries and snapshots. */
final class Entries {

  static final KeyGroupRange ALL = new KeyGroupRange(0, 128);

  private Entries() {}

  /** An entry that sets a cell. */
  static StateEntry entry(int keyGroup, String key, String value) {
    return new StateEntry(
        keyGroup,
        key.getBytes(UTF_8),
        StateEntry.Kind.CELL,
        "/".getBytes(UTF_8),
        "ucell",
        StateEntry.Op.PUT,
        value.getBytes(UTF_8));
  }

  /** Everything. */
  static StateSnapshot full(StateEntry... entries) {
    return new ListSnapshot(SnapshotScope.EVERYTHING, List.of(entries));
  }

  /** What has changed. */
  static StateSnapshot delta(StateEntry... entries) {
    return new ListSnapshot(SnapshotScope.CHANGES, List.of(entries));
  }

  /** What has changed, and some of it as a whole. */
  static StateSnapshot partly(SnapshotScope scope, StateEntry... entries) {
    return new ListSnapshot(scope, List.of(entries));
  }

  /** An entry in words. */
  static String text(StateEntry entry) {
    return entry.keyGroup()
        + " "
        + new String(entry.key(), UTF_8)
        + " "
        + entry.kind()
        + " "
        + new String(entry.namespace(), UTF_8)
        + " "
        + entry.cell()
        + " "
        + entry.op()
        + " "
        + new String(entry.value(), UTF_8);
  }

  /** The values of a chain, in the order in which they are restored. */
  static List<String> values(RestoredCheckpoint checkpoint, String step, int partition)
      throws IOException {
    List<String> values = new ArrayList<>();
    for (RestoredCheckpoint.Chain chain : checkpoint.chains()) {
      if (chain.step().equals(step) && chain.partition() == partition) {
        checkpoint.read(chain, ALL, entry -> values.add(new String(entry.value(), UTF_8)));
      }
    }
    return values;
  }

  /** A snapshot of given entries. */
  record ListSnapshot(SnapshotScope scope, List<StateEntry> entries) implements StateSnapshot {
    @Override
    public boolean isEmpty() {
      return entries.isEmpty();
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      for (StateEntry entry : entries) {
        sink.accept(entry);
      }
    }

    @Override
    public void close() {}
  }
}
