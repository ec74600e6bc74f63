package dev.microbatch.executor.source;

import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.SplitEntry;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The positions of splits, as they were when a commit batch sealed them.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class Positions implements Checkpointed {

  private final TrackedEntries entries;
  private final Reader reader;

  /** Writes the position of a split. */
  @FunctionalInterface
  interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  /** Takes the position of a split back, or passes it over if it has no such split. */
  @FunctionalInterface
  interface Reader {
    void read(int split, EntryReader in) throws IOException;
  }

  /**
   * Creates the positions: all splits are unread.
   *
   * @param tracked whether there will be commits
   * @param reader takes restored positions
   */
  Positions(boolean tracked, Reader reader) {
    this.entries = new TrackedEntries(StateEntry.Kind.SPLIT, tracked);
    this.reader = reader;
  }

  /** Whether there will be commits. */
  boolean isTracked() {
    return entries.isTracked();
  }

  /**
   * Notes the position of a split. It is written at once.
   *
   * @throws IOException whatever the writer throws
   */
  void put(int split, Writer writer) throws IOException {
    if (entries.isTracked()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      writer.write(out);
      out.flush();
      byte[] value = bytes.toByteArray();
      entries.put(StateEntry.NO_KEY_GROUP, "", SplitEntry.cell(split), () -> value);
    }
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    return entries.freeze(scope);
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.SPLIT;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    entries.restore(entry);
    reader.read(SplitEntry.parse(entry).split(), EntryReader.of(entry, StateEntry.Kind.SPLIT));
  }
}
