package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.List;
import org.apache.beam.runners.core.StateNamespace;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A captured cell. Its contents are encoded by the thread that writes the snapshot, unless they are
 * mutable and the store's own thread touches the cell first: then that thread encodes them before
 * it goes on. The lock keeps it from mutating what is being encoded.
 */
final class FrozenCell implements Frozen {

  private final HeapSnapshot snapshot;
  private final HeapKeyedState key;
  private final StateEntry.Kind kind;
  private final StateNamespace namespace;
  private final String cell;
  private final Capture capture;
  private @Nullable List<Change> encoded;

  FrozenCell(
      HeapSnapshot snapshot,
      HeapKeyedState key,
      StateEntry.Kind kind,
      StateNamespace namespace,
      String cell,
      Capture capture) {
    this.snapshot = snapshot;
    this.key = key;
    this.kind = kind;
    this.namespace = namespace;
    this.cell = cell;
    this.capture = capture;
  }

  @Override
  public HeapKeyedState key() {
    return key;
  }

  /** Called by the store's thread before the contents may be mutated. */
  synchronized void encodeNow() {
    if (encoded == null && !snapshot.isClosed()) {
      encoded = encode();
    }
  }

  private synchronized List<Change> changes() {
    return encoded != null ? encoded : encode();
  }

  private List<Change> encode() {
    try {
      return capture.encoder().encode();
    } catch (IOException | RuntimeException e) {
      throw new EncodingException(
          String.format("the %s of a key of key group %d", describe(), snapshot.keyGroup(key)), e);
    }
  }

  private String describe() {
    return Column.Id.describe(cell) + " in " + namespace;
  }

  @Override
  public void write(KeyWriter out) throws IOException {
    for (Change change : changes()) {
      out.cell(kind, namespace, cell, change);
    }
  }
}
