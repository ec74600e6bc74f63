package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;

/** A captured cell. */
final class FrozenCell extends FrozenChanges implements Frozen {

  private final HeapSnapshot snapshot;
  private final HeapKeyedState key;
  private final StateEntry.Kind kind;
  private final StateNamespace namespace;
  private final String cell;

  FrozenCell(
      HeapSnapshot snapshot,
      HeapKeyedState key,
      StateEntry.Kind kind,
      StateNamespace namespace,
      String cell,
      Capture capture) {
    super(capture);
    this.snapshot = snapshot;
    this.key = key;
    this.kind = kind;
    this.namespace = namespace;
    this.cell = cell;
  }

  @Override
  public HeapKeyedState key() {
    return key;
  }

  @Override
  synchronized void encodeNow() {
    if (!snapshot.isClosed()) {
      super.encodeNow();
    }
  }

  @Override
  String describe() {
    return String.format(
        "the %s in %s of a key of key group %d",
        Column.Id.describe(cell), namespace, snapshot.keyGroup(key));
  }

  @Override
  public void write(KeyWriter out) throws IOException {
    write((Change change) -> out.cell(kind, namespace, cell, change));
  }
}
