package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.List;

/** Everything that one stage keeps in one partition, or what has changed of it, at a commit. */
final class StageSnapshot implements StateSnapshot {

  private final String step;
  private final SnapshotScope scope;
  private final List<FrozenPart> parts;

  /**
   * Creates the snapshot.
   *
   * @param step the head of the stage, named if something cannot be encoded
   * @param scope what it contains as a whole
   * @param parts what it is made of, in the order in which it is written
   */
  StageSnapshot(String step, SnapshotScope scope, List<FrozenPart> parts) {
    this.step = step;
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

  /**
   * Encodes everything.
   *
   * @throws IOException if the sink throws it
   * @throws StepException if something cannot be encoded; it names the step
   */
  @Override
  public void writeTo(EntrySink sink) throws IOException {
    try {
      for (FrozenPart part : parts) {
        part.writeTo(sink);
      }
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw StepException.of(step, e);
    }
  }

  @Override
  public void close() {
    parts.forEach(FrozenPart::close);
  }
}
