package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Puts together the entries of a snapshot, key by key. */
final class KeyWriter {

  private static final byte[] NOTHING = {};

  private final EntrySink sink;
  private int keyGroup;
  private byte[] key = NOTHING;
  private @Nullable StateNamespace lastNamespace;
  private byte[] lastNamespaceBytes = NOTHING;

  KeyWriter(EntrySink sink) {
    this.sink = sink;
  }

  void startKey(int keyGroup, byte[] key) {
    this.keyGroup = keyGroup;
    this.key = key;
  }

  void cell(StateEntry.Kind kind, StateNamespace namespace, String cell, Change change)
      throws IOException {
    if (!namespace.equals(lastNamespace)) {
      lastNamespace = namespace;
      lastNamespaceBytes = CellEntry.namespace(namespace);
    }
    sink.accept(CellEntry.of(keyGroup, key, kind, lastNamespaceBytes, cell, change));
  }

  /** An entry that was encoded before; with the key of now. */
  void entry(StateEntry entry) throws IOException {
    sink.accept(
        new StateEntry(
            keyGroup,
            key,
            entry.kind(),
            entry.namespace(),
            entry.cell(),
            entry.op(),
            entry.value()));
  }

  void timer(Change change) throws IOException {
    sink.accept(
        new StateEntry(
            keyGroup, key, StateEntry.Kind.TIMER, NOTHING, "", change.op(), change.value()));
  }
}
