package dev.microbatch.executor.stage;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.List;

/** Everything that one stage keeps in one partition, or what has changed of it, at a commit. */
final class StageSnapshot implements StateSnapshot {

  private final SnapshotScope scope;
  private final List<FrozenPart> parts;

  /**
   * Creates the snapshot.
   *
   * @param scope what it contains as a whole
   * @param parts what it is made of, in the order in which it is written
   */
  StageSnapshot(SnapshotScope scope, List<FrozenPart> parts) {
    this.scope = scope;
    this.parts = List.copyOf(parts);
  }

  @Override
  public SnapshotScope scope() {
    return scope;
  }

  @Override
  public boolean isEmpty() {
    for (FrozenPart part : parts) {
      if (!part.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void writeTo(EntrySink sink) throws IOException {
    for (FrozenPart part : parts) {
      part.writeTo(sink);
    }
  }

  @Override
  public void close() {
    parts.forEach(FrozenPart::close);
  }
}
