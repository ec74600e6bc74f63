package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.entries;
import static dev.microbatch.executor.state.Stores.key;
import static dev.microbatch.executor.state.Stores.restored;
import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.apache.beam.sdk.state.TimeDomain.EVENT_TIME;
import static org.apache.beam.sdk.state.TimeDomain.PROCESSING_TIME;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.CausedByDrain;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** What is captured, when it is encoded, and what comes back. */
class SnapshotTest {
  private static final StateTag<ValueState<Long>> VALUE =
      StateTags.value("value", VarLongCoder.of());
  private static final StateTag<ValueState<List<Long>>> LIST =
      StateTags.value("list", ListCoder.of(VarLongCoder.of()));
  private static final StateTag<BagState<String>> BAG = StateTags.bag("bag", StringUtf8Coder.of());
  private static final StateTag<MapState<String, Long>> MAP =
      StateTags.map("map", StringUtf8Coder.of(), VarLongCoder.of());
  private static final StateTag<CombiningState<Long, long[], Long>> SUM =
      StateTags.combiningValueFromInputInternal("sum", VarLongCoder.of(), Sum.ofLongs());
  private static final StateTag<WatermarkHoldState> HOLD =
      StateTags.watermarkStateInternal("hold", TimestampCombiner.EARLIEST);

  private final StateStore store = Stores.create();

  private static StateInternals state(StateStore store, String key) {
    return key(store, key).stateInternals();
  }

  private StateInternals state() {
    return state(store, "a");
  }

  /** The entries as {@code cell op}. */
  private static List<String> ops(StateSnapshot snapshot) throws IOException {
    return entries(snapshot).stream()
        .map(e -> (e.cell().isEmpty() ? "timer" : e.cell()) + " " + e.op())
        .collect(Collectors.toList());
  }

  @Test
  void onlyWhatHasChangedIsCaptured() throws IOException {
    state().state(window(0), VALUE).write(1L);
    state().state(window(0), BAG).add("x");
    assertThat(ops(store.freeze(1, SnapshotScope.CHANGES)), contains("uvalue PUT", "ubag PUT"));
    assertThat(ops(store.freeze(2, SnapshotScope.CHANGES)), empty());
    state().state(window(0), BAG).add("y");
    assertThat(ops(store.freeze(3, SnapshotScope.CHANGES)), contains("ubag APPEND"));
    state().state(window(0), BAG).clear();
    state().state(window(0), BAG).add("z");
    assertThat(ops(store.freeze(4, SnapshotScope.CHANGES)), contains("ubag PUT"));
    state().state(window(0), BAG).clear();
    state().state(window(0), VALUE).write(2L);
    assertThat(ops(store.freeze(5, SnapshotScope.CHANGES)), contains("ubag CLEAR", "uvalue PUT"));
    StateSnapshot all = store.freeze(6, SnapshotScope.EVERYTHING);
    assertThat(all.scope().isEverything(), is(true));
    assertThat(ops(all), contains("uvalue PUT"));
  }

  @Test
  void whatCameAndWentBetweenTwoCommitsLeavesNoTrace() throws IOException {
    state().state(window(0), VALUE).write(1L);
    state().state(window(0), VALUE).clear();
    key(store, "a").setTimer(timer("t", window(0), EVENT_TIME, 1), false);
    store.pollTimer(EVENT_TIME, 2);
    StateSnapshot snapshot = store.freeze(1, SnapshotScope.CHANGES);
    assertThat(snapshot.isEmpty(), is(true));
    assertThat(ops(snapshot), empty());
  }

  @Test
  void changesOfMapsAreTrackedByKey() throws IOException {
    MapState<String, Long> map = state().state(window(0), MAP);
    map.put("a", 1L);
    map.put("b", 2L);
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    map.put("c", 3L);
    map.remove("a");
    StateSnapshot delta = store.freeze(2, SnapshotScope.CHANGES);
    assertThat(ops(delta), contains("umap DELETE", "umap APPEND"));
    List<StateEntry> written = entries(delta);
    assertThat("one key: its count, length and character", written.get(0).value().length, is(3));
    assertThat("one entry", written.get(1).value().length, is(4));
    chain.addAll(written);
    assertThat(state(restored(chain), "a").state(window(0), MAP).keys().read(), contains("b", "c"));
  }

  @Test
  void commitsGoForward() {
    store.freeze(3, SnapshotScope.CHANGES);
    assertThrows(IllegalArgumentException.class, () -> store.freeze(3, SnapshotScope.CHANGES));
    assertThrows(IllegalArgumentException.class, () -> store.freeze(2, SnapshotScope.EVERYTHING));
  }

  @Test
  void aSnapshotShowsTheMomentOfTheFreeze() throws IOException {
    state().state(window(0), VALUE).write(1L);
    state().state(window(0), BAG).add("x");
    CombiningState<Long, long[], Long> sum = state().state(window(0), SUM);
    sum.add(1L);
    state().state(window(0), MAP).put("k", 1L);
    key(store, "a").setTimer(timer("t", window(0), EVENT_TIME, 10), true);
    StateSnapshot snapshot = store.freeze(1, SnapshotScope.CHANGES);
    state().state(window(0), VALUE).write(2L);
    state().state(window(0), BAG).add("y");
    sum.add(2L);
    state().state(window(0), MAP).put("k", 2L);
    key(store, "a").setTimer(timer("t", window(0), EVENT_TIME, 20), true);

    StateStore then = restored(entries(snapshot));
    assertThat(state(then, "a").state(window(0), VALUE).read(), is(1L));
    assertThat(state(then, "a").state(window(0), BAG).read(), contains("x"));
    assertThat(state(then, "a").state(window(0), SUM).read(), is(1L));
    assertThat(state(then, "a").state(window(0), MAP).get("k").read(), is(1L));
    assertThat(then.nextTimer(EVENT_TIME), is(10L));
    assertThat(then.minHold(), is(10L));
  }

  @Test
  void aMutableValueIsEncodedBeforeItIsHandedOut() throws IOException {
    state().state(window(0), LIST).write(new ArrayList<>(List.of(1L)));
    StateSnapshot first = store.freeze(1, SnapshotScope.CHANGES);
    state().state(window(0), LIST).read().add(2L);
    state().state(window(0), LIST).write(state().state(window(0), LIST).read());
    StateSnapshot second = store.freeze(2, SnapshotScope.CHANGES);
    state().state(window(0), LIST).read().add(3L);
    assertThat(state(restored(entries(first)), "a").state(window(0), LIST).read(), contains(1L));
    assertThat(
        state(restored(entries(second)), "a").state(window(0), LIST).read(), contains(1L, 2L));
  }

  @Test
  void aSnapshotCanBeWrittenAgainUntilItIsClosed() throws IOException {
    state().state(window(0), SUM).add(1L);
    StateSnapshot snapshot = store.freeze(1, SnapshotScope.CHANGES);
    assertThat(entries(snapshot).size(), is(1));
    assertThat(entries(snapshot).size(), is(1));
    snapshot.close();
    state().state(window(0), SUM).add(1L);
    assertThrows(IllegalStateException.class, () -> snapshot.writeTo(entry -> {}));
  }

  @Test
  void anotherThreadWritesWhileTheStoreGoesOn() throws Exception {
    for (int round = 1; round <= 20; round++) {
      for (int i = 0; i < 2_000; i++) {
        state(store, "key" + i).state(window(0), SUM).add(1L);
      }
      StateSnapshot snapshot = store.freeze(round, SnapshotScope.CHANGES);
      List<StateEntry> written = new ArrayList<>();
      List<Throwable> failures = new ArrayList<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  snapshot.writeTo(written::add);
                } catch (IOException | RuntimeException e) {
                  failures.add(e);
                }
              });
      writer.start();
      for (int i = 1_999; i >= 0; i--) {
        state(store, "key" + i).state(window(0), SUM).add(1_000_000L);
        state(store, "key" + i).state(window(0), SUM).add(-1_000_000L);
      }
      writer.join();
      assertThat(failures, empty());
      StateStore then = restored(written);
      for (int i = 0; i < 2_000; i++) {
        assertThat(state(then, "key" + i).state(window(0), SUM).read(), is((long) round));
      }
    }
  }

  @Test
  void entriesAreInOrderOfKeyGroupAndShareTheirKey() throws IOException {
    for (int i = 0; i < 100; i++) {
      state(store, "key" + i).state(window(0), VALUE).write(1L);
    }
    for (int i = 0; i < 100; i++) {
      state(store, "key" + i).state(window(0), BAG).add("x");
    }
    List<StateEntry> entries = entries(store.freeze(1, SnapshotScope.CHANGES));
    assertThat(entries.size(), is(200));
    for (int i = 0; i < 200; i += 2) {
      assertThat(entries.get(i).key() == entries.get(i + 1).key(), is(true));
      String key = new String(entries.get(i).key(), StandardCharsets.UTF_8);
      int group = Math.floorMod(Stores.CODEC.hash(key), Stores.KEY_GROUPS);
      assertThat(entries.get(i).keyGroup(), is(group));
      assertThat(i == 0 || entries.get(i - 1).keyGroup() <= group, is(true));
    }
  }

  @Test
  void keysWithTheSameHashAreKeptApart() throws IOException {
    for (String key : List.of("a", "b", "a", "c")) {
      String id = key.equals("b") ? "b" : "other";
      store
          .key(key, key, 7)
          .stateInternals()
          .state(window(0), StateTags.bag(id, StringUtf8Coder.of()))
          .add(key);
      store.key(key, key, 7).setTimer(timer("t", window(0), EVENT_TIME, 1), false);
    }
    List<StateEntry> entries = entries(store.freeze(1, SnapshotScope.CHANGES));
    assertThat(
        entries.stream()
            .map(e -> new String(e.key(), StandardCharsets.UTF_8) + e.cell())
            .collect(Collectors.toList()),
        contains("auother", "a", "bub", "b", "cuother", "c"));
  }

  @Test
  void aRestoreTakesItsRangeOfKeyGroups() throws IOException {
    for (int i = 0; i < 100; i++) {
      state(store, "key" + i).state(window(0), VALUE).write(1L);
    }
    List<StateEntry> entries = entries(store.freeze(1, SnapshotScope.CHANGES));
    int keys = 0;
    for (int part = 0; part < 4; part++) {
      StateStore piece = Stores.create();
      Stores.restore(piece, 1, entries, new KeyGroupRange(part * 4, part * 4 + 4));
      for (StateEntry entry : entries(piece.freeze(2, SnapshotScope.EVERYTHING))) {
        assertThat(entry.keyGroup() / 4, is(part));
        keys++;
      }
    }
    assertThat(keys, is(100));
  }

  @Test
  void timersAndHoldsAreLiveAfterARestore() throws IOException {
    state().state(window(0), HOLD).add(Instant.ofEpochMilli(7));
    KeyedState a = key(store, "a");
    a.setTimer(timer("1", window(0), EVENT_TIME, 10, 5), true);
    a.setTimer(timer("0", window(0), EVENT_TIME, 10, 1), false);
    TimerData drained =
        TimerData.of(
            "d",
            "",
            window(0),
            Instant.ofEpochMilli(1),
            Instant.ofEpochMilli(1),
            PROCESSING_TIME,
            CausedByDrain.CAUSED_BY_DRAIN);
    a.setTimer(drained, false);
    StateStore then = restored(entries(store.freeze(1, SnapshotScope.CHANGES)));
    assertThat(then.minHold(), is(5L));
    assertThat(then.pollTimer(PROCESSING_TIME, 2).data(), is(drained));
    assertThat(then.pollTimer(EVENT_TIME, 11).data(), is(timer("1", window(0), EVENT_TIME, 10, 5)));
    assertThat(then.minHold(), is(7L));
    assertThat(then.pollTimer(EVENT_TIME, 11).data().getTimerId(), is("0"));
    WatermarkHoldState hold = state(then, "a").state(window(0), HOLD);
    hold.add(Instant.ofEpochMilli(3));
    assertThat(then.minHold(), is(3L));
    hold.clear();
    assertThat(then.minHold(), is(EventTime.MAX));
    assertThat(then.isEmpty(), is(true));
  }

  @Test
  void timersThatFiredOrWereReplacedAreGoneInTheNextDelta() throws IOException {
    KeyedState a = key(store, "a");
    a.setTimer(timer("1", window(0), EVENT_TIME, 10), true);
    a.setTimer(timer("2", window(0), EVENT_TIME, 20), true);
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    store.pollTimer(EVENT_TIME, 11);
    a.setTimer(timer("2", window(0), EVENT_TIME, 30), true);
    chain.addAll(entries(store.freeze(2, SnapshotScope.CHANGES)));
    StateStore then = restored(chain);
    assertThat(then.nextTimer(EVENT_TIME), is(30L));
    assertThat(then.minHold(), is(30L));
    assertThat(then.pollTimer(EVENT_TIME, 31).data().getTimerId(), is("2"));
    assertThat(then.isEmpty(), is(true));
  }

  @Test
  void aTimerThatFiredAndWasSetAgainIsThere() throws IOException {
    key(store, "a").setTimer(timer("1", window(0), EVENT_TIME, 10), true);
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    store.pollTimer(EVENT_TIME, 11);
    key(store, "b");
    key(store, "a").setTimer(timer("1", window(0), EVENT_TIME, 40), true);
    chain.addAll(entries(store.freeze(2, SnapshotScope.CHANGES)));
    assertThat(restored(chain).nextTimer(EVENT_TIME), is(40L));
  }

  @Test
  void aCellThatWasDroppedAndCameBackIsThere() throws IOException {
    state().state(window(0), BAG).add("old");
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    BagState<String> handle = state().state(window(0), BAG);
    handle.clear();
    key(store, "b");
    state().state(window(0), BAG).add("new");
    chain.addAll(entries(store.freeze(2, SnapshotScope.CHANGES)));
    assertThat(state(restored(chain), "a").state(window(0), BAG).read(), contains("new"));
    handle.clear();
    key(store, "b");
    handle.add("newer");
    chain.addAll(entries(store.freeze(3, SnapshotScope.CHANGES)));
    assertThat(state(restored(chain), "a").state(window(0), BAG).read(), contains("newer"));
  }

  @Test
  void aRestoredCellNeedNotBeDecodedToBeWrittenAgain() throws IOException {
    state().state(window(0), BAG).add("x");
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    state().state(window(0), BAG).add("y");
    chain.addAll(entries(store.freeze(2, SnapshotScope.CHANGES)));
    StateStore then = restored(chain);
    assertThat(ops(then.freeze(3, SnapshotScope.CHANGES)), empty());
    StateStore again = restored(entries(then.freeze(4, SnapshotScope.EVERYTHING)));
    assertThat(state(again, "a").state(window(0), BAG).read(), contains("x", "y"));
  }

  @Test
  void aRestoredCellIsTrackedFromThereOn() throws IOException {
    state().state(window(0), BAG).add("x");
    state().state(window(0), VALUE).write(1L);
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    StateStore then = restored(chain);
    state(then, "a").state(window(0), BAG).add("y");
    state(then, "a").state(window(0), VALUE).clear();
    StateSnapshot delta = then.freeze(2, SnapshotScope.CHANGES);
    assertThat(ops(delta), contains("ubag APPEND", "uvalue CLEAR"));
    chain.addAll(entries(delta));
    StateStore again = restored(chain);
    assertThat(state(again, "a").state(window(0), BAG).read(), contains("x", "y"));
    assertThat(state(again, "a").state(window(0), VALUE).read(), nullValue());
  }

  @Test
  void aStoredCellThatCannotBeDecodedIsNamed() throws IOException {
    state().state(window(0), VALUE).write(1L);
    StateEntry entry = entries(store.freeze(1, SnapshotScope.CHANGES)).get(0);
    StateStore then =
        restored(
            List.of(
                new StateEntry(
                    entry.keyGroup(),
                    entry.key(),
                    entry.kind(),
                    entry.namespace(),
                    entry.cell(),
                    entry.op(),
                    new byte[0])));
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> state(then, "a").state(window(0), VALUE));
    assertThat(e.getMessage(), containsString("'value'"));
  }

  @Test
  void aStoreWithoutTrackingGivesOnlyFullSnapshots() throws IOException {
    StateStore untracked = StateBackend.HEAP.open(Stores.layout(false)).store();
    state(untracked, "a").state(window(0), VALUE).write(1L);
    assertThrows(IllegalStateException.class, () -> untracked.freeze(1, SnapshotScope.CHANGES));
    MapState<String, Long> map = state(untracked, "a").state(window(0), MAP);
    map.put("x", 1L);
    map.put("y", 1L);
    map.remove("x");
    List<StateEntry> entries = entries(untracked.freeze(1, SnapshotScope.EVERYTHING));
    assertThat(entries.size(), is(2));
    assertThat(state(restored(entries), "a").state(window(0), MAP).keys().read(), contains("y"));
  }

  @Test
  void aStoreInUseRefusesARestore() {
    state().state(window(0), VALUE).write(1L);
    assertThrows(IllegalStateException.class, () -> store.restoring(Stores.ALL));
  }
}
