package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Puts the entries of snapshots into a store. */
final class HeapRestore {

  private final HeapStateStore store;
  private final Map<String, Column> columns = new HashMap<>();
  private byte @Nullable [] lastKey;
  private @Nullable HeapKeyedState key;
  private byte @Nullable [] lastNamespace;
  private @Nullable StateNamespace namespace;

  HeapRestore(HeapStateStore store) {
    this.store = store;
  }

  void apply(StateEntry entry) {
    HeapKeyedState key = key(entry.key());
    try {
      switch (entry.kind()) {
        case CELL -> cell(key, entry);
        case HOLD -> hold(key, entry);
        case TIMER ->
            store.restoreTimer(
                HeapTimer.decode(key, entry.value(), store.timerCoder()),
                entry.op() == StateEntry.Op.PUT);
        case GROUP, WITHHELD, VIEW, SPLIT, RECORD_ID, TIMES ->
            throw new IllegalArgumentException(entry.kind() + " is not kept in keyed state");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot restore " + entry.kind() + " " + entry.cell() + " of key " + key.key(), e);
    }
  }

  private void cell(HeapKeyedState key, StateEntry entry) {
    Column column = columns.computeIfAbsent(entry.cell(), store.columns()::unbound);
    StateNamespace in = namespace(entry.namespace());
    Cell<?> cell = key.find(column.id(), in);
    if (cell == null) {
      cell = new StoredCell(key, column, in);
      key.attach(cell);
      cell.markStored();
    } else if (!(cell instanceof StoredCell)) {
      throw new IllegalStateException("cannot restore into a store in use: " + cell);
    }
    ((StoredCell) cell).decode(new Change(entry.op(), entry.value()));
    if (entry.op() == StateEntry.Op.CLEAR) {
      cell.mayBeVacant();
    }
  }

  private void hold(HeapKeyedState key, StateEntry entry) {
    Column column = columns.computeIfAbsent(entry.cell(), store.columns()::unbound);
    StateNamespace in = namespace(entry.namespace());
    HeapWatermarkHoldState cell = (HeapWatermarkHoldState) key.find(column.id(), in);
    if (cell == null) {
      cell = new HeapWatermarkHoldState(key, column, in);
      key.attach(cell);
    }
    cell.markStored();
    cell.decode(new Change(entry.op(), entry.value()));
    if (entry.op() == StateEntry.Op.CLEAR) {
      cell.mayBeVacant();
    }
  }

  private HeapKeyedState key(byte[] bytes) {
    HeapKeyedState known = key;
    if (known == null || !Arrays.equals(bytes, lastKey)) {
      known = decodeKey(store.keyCodec(), bytes);
      key = known;
      lastKey = bytes;
    }
    return known;
  }

  private <K> HeapKeyedState decodeKey(KeyCodec<K> codec, byte[] bytes) {
    K decoded;
    try {
      decoded = CoderUtils.decodeFromByteArray(codec.coder(), bytes);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot decode a stored key with " + codec.coder() + ": " + e.getMessage(), e);
    }
    Object comparable = codec.comparable(decoded);
    return store.key(comparable, decoded, codec.hash(decoded, comparable));
  }

  private StateNamespace namespace(byte[] bytes) {
    StateNamespace known = namespace;
    if (known == null || !Arrays.equals(bytes, lastNamespace)) {
      String string = new String(bytes, StandardCharsets.UTF_8);
      known = store.intern(StateNamespaces.fromString(string, store.windowCoder()));
      namespace = known;
      lastNamespace = bytes;
    }
    return known;
  }
}
