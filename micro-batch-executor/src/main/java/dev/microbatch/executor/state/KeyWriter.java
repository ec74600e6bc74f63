package dev.microbatch.executor.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerDataCoderV2;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Puts together the entries of a snapshot, key by key. */
final class KeyWriter {

  private static final byte[] NOTHING = {};

  private final EntrySink sink;
  private final TimerDataCoderV2 timerCoder;
  private int keyGroup;
  private byte[] key = NOTHING;
  private @Nullable StateNamespace lastNamespace;
  private byte[] lastNamespaceBytes = NOTHING;

  KeyWriter(EntrySink sink, TimerDataCoderV2 timerCoder) {
    this.sink = sink;
    this.timerCoder = timerCoder;
  }

  TimerDataCoderV2 timerCoder() {
    return timerCoder;
  }

  void startKey(int keyGroup, byte[] key) {
    this.keyGroup = keyGroup;
    this.key = key;
  }

  void cell(StateEntry.Kind kind, StateNamespace namespace, String cell, Change change)
      throws IOException {
    if (!namespace.equals(lastNamespace)) {
      lastNamespace = namespace;
      lastNamespaceBytes = namespace.stringKey().getBytes(StandardCharsets.UTF_8);
    }
    sink.accept(
        new StateEntry(keyGroup, key, kind, lastNamespaceBytes, cell, change.op(), change.value()));
  }

  void timer(Change change) throws IOException {
    sink.accept(
        new StateEntry(
            keyGroup, key, StateEntry.Kind.TIMER, NOTHING, "", change.op(), change.value()));
  }
}
