package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.runners.core.StateNamespace;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Puts the entries of snapshots into a store. */
final class HeapRestore {

  /** How many identities of timers are remembered; a power of two. */
  private static final int TIMER_IDS = 16;

  private final HeapStateStore store;
  private final Map<String, Column> columns = new HashMap<>();
  private byte @Nullable [] lastKey;
  private @Nullable HeapKeyedState key;
  private byte @Nullable [] lastNamespace;
  private @Nullable StateNamespace namespace;
  private final TimerId[] timerIds = new TimerId[TIMER_IDS];

  HeapRestore(HeapStateStore store) {
    this.store = store;
  }

  void apply(StateEntry entry) throws MalformedEntryException {
    apply(key(entry), entry);
  }

  /** Puts an entry into a key that is on the heap. */
  void apply(HeapKeyedState key, StateEntry entry) throws MalformedEntryException {
    switch (entry.kind()) {
      case CELL -> cell(key, entry);
      case HOLD -> hold(key, entry);
      case TIMER -> timer(key, entry);
      case GROUP, WITHHELD, VIEW, SPLIT, RECORD_ID, TIMES, TRIGGERED_GROUP ->
          throw new IllegalArgumentException(entry.kind() + " is not kept in keyed state");
    }
  }

  private void cell(HeapKeyedState key, StateEntry entry) throws MalformedEntryException {
    Column column = column(entry);
    HeapScope scope = key.scope(namespace(entry), null);
    Cell<?> cell = scope.find(column.id());
    if (cell == null) {
      cell = new StoredCell(scope, column);
      scope.attach(cell);
      cell.markStored();
    } else if (!(cell instanceof StoredCell)) {
      throw other(entry, cell);
    }
    ((StoredCell) cell).decode(new Change(entry.op(), entry.value()));
    if (entry.op() == StateEntry.Op.CLEAR) {
      cell.mayBeVacant();
    }
  }

  private void hold(HeapKeyedState key, StateEntry entry) throws MalformedEntryException {
    Column column = column(entry);
    HeapScope scope = key.scope(namespace(entry), null);
    Cell<?> cell = scope.find(column.id());
    if (cell == null) {
      cell = new HeapWatermarkHoldState(scope, column);
      scope.attach(cell);
    } else if (!(cell instanceof HeapWatermarkHoldState)) {
      throw other(entry, cell);
    }
    cell.markStored();
    ((HeapWatermarkHoldState) cell).restore(entry);
    if (entry.op() == StateEntry.Op.CLEAR) {
      cell.mayBeVacant();
    }
  }

  private void timer(HeapKeyedState key, StateEntry entry) throws MalformedEntryException {
    TimerEntry timer = TimerEntry.parse(entry);
    HeapScope scope = key.scope(timer.namespace(store.windowCoder()), null);
    store.timers().restore(scope, timer, timerId(timer), entry.op());
  }

  /** Timers of a step that differ in nothing but key and namespace share an identity. */
  private TimerId timerId(TimerEntry timer) {
    int slot = timer.id().hashCode() & (TIMER_IDS - 1);
    TimerId known = timerIds[slot];
    if (known == null || !timer.is(known)) {
      known = new TimerId(timer.id(), timer.family(), timer.domain());
      timerIds[slot] = known;
    }
    return known;
  }

  private static MalformedEntryException other(StateEntry entry, Cell<?> cell) {
    return new MalformedEntryException(
        entry.kind(), "there is a " + cell.kind() + " of the same name, " + cell);
  }

  private Column column(StateEntry entry) throws MalformedEntryException {
    Column column = columns.get(entry.cell());
    if (column == null) {
      CellEntry.checkId(entry);
      column = store.columns().unbound(entry.cell());
      columns.put(entry.cell(), column);
    }
    return column;
  }

  /** The key of an entry, on the heap. */
  private HeapKeyedState key(StateEntry entry) throws MalformedEntryException {
    HeapKeyedState known = key;
    if (known == null || !known.attached || !Arrays.equals(entry.key(), lastKey)) {
      known = decodeKey(store.keyCodec(), entry);
      key = known;
      lastKey = entry.key();
    }
    return known;
  }

  private <K> HeapKeyedState decodeKey(KeyCodec<K> codec, StateEntry entry)
      throws MalformedEntryException {
    K decoded = EntryReader.decode(entry.kind(), codec.coder(), entry.key(), "key");
    Object comparable = codec.comparable(decoded);
    return store.key(comparable, decoded, codec.hash(decoded, comparable));
  }

  private StateNamespace namespace(StateEntry entry) throws MalformedEntryException {
    StateNamespace known = namespace;
    if (known == null || !Arrays.equals(entry.namespace(), lastNamespace)) {
      known = store.intern(CellEntry.namespace(entry, store.windowCoder()));
      namespace = known;
      lastNamespace = entry.namespace();
    }
    return known;
  }
}
