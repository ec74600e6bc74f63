package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.entries;
import static dev.microbatch.executor.state.Stores.key;
import static dev.microbatch.executor.state.Stores.restored;
import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.state.StateEntry.Op;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many elements are encoded a chunk at a time, and come back as one. */
class ChangesTest {

  private static final int ELEMENT = 100;
  private static final int COUNT = 5_000;

  private static String element(int number) {
    return String.format("%0" + ELEMENT + "d", number);
  }

  private static List<String> elements(int count) {
    List<String> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      elements.add(element(i));
    }
    return elements;
  }

  private static List<Change> all(Changes changes) throws IOException {
    List<Change> all = new ArrayList<>();
    for (Change change = changes.next(); change != null; change = changes.next()) {
      all.add(change);
    }
    return all;
  }

  private static List<String> decoded(List<Change> changes) throws IOException {
    List<String> decoded = new ArrayList<>();
    for (Change change : changes) {
      change.forEach(in -> decoded.add(StringUtf8Coder.of().decode(in)));
    }
    return decoded;
  }

  @ParameterizedTest
  @EnumSource(
      value = Op.class,
      names = {"PUT", "APPEND", "DELETE"})
  void comeInChunks(Op op) throws IOException {
    List<String> elements = elements(COUNT);

    List<Change> changes = all(Changes.of(op, elements, StringUtf8Coder.of()::encode));

    assertThat(changes.size(), is(greaterThan(5)));
    assertThat(decoded(changes), is(elements));
    for (int i = 0; i < changes.size(); i++) {
      Op expected = i > 0 && op == Op.PUT ? Op.APPEND : op;
      assertThat(changes.get(i).op(), is(expected));
      assertThat(changes.get(i).value().length, is(lessThan(Changes.CHUNK_BYTES + 2 * ELEMENT)));
    }
  }

  @Test
  void ofNothingIsOneThatPutsNothing() throws IOException {
    Changes changes = Changes.of(Op.PUT, List.<String>of(), StringUtf8Coder.of()::encode);
    Change only = changes.next();
    assertThat(only.op(), is(Op.PUT));
    assertThat(only.value(), is(new byte[] {0}));
    assertThat(changes.next(), is(nullValue()));
  }

  @Test
  @SuppressWarnings("unchecked")
  void aLargeGroupComesBackFromChunks() throws IOException {
    Coder<?> strings = StringUtf8Coder.of();
    Coder<?> windows = IntervalWindow.getCoder();
    StateLayout layout =
        new StateLayout(
            (KeyCodec<Object>) (KeyCodec<?>) Stores.CODEC,
            (Coder<BoundedWindow>) windows,
            (Coder<Object>) strings,
            Stores.KEY_GROUPS,
            0,
            Stores.ALL,
            true);
    GroupContent content = new GroupContent((Coder<Object>) strings, null, false);
    HeapGroupTables tables = new HeapGroupTables(layout, content, null);
    BoundedWindow window = new IntervalWindow(Instant.ofEpochMilli(0), Instant.ofEpochMilli(10));
    GroupTables.Table table = tables.create(List.of(window), Long.MIN_VALUE);
    int hash = Stores.CODEC.hash("k");
    elements(COUNT).forEach(value -> table.add(Stores.CODEC.comparable("k"), hash, "k", value));

    List<StateEntry> chain = new ArrayList<>();
    tables.freeze(1, SnapshotScope.CHANGES).writeTo(chain::add);
    table.add(Stores.CODEC.comparable("k"), hash, "k", "last");
    tables.freeze(2, SnapshotScope.CHANGES).writeTo(chain::add);

    assertThat(chain.size(), is(greaterThan(5)));
    assertThat(chain.get(0).op(), is(Op.PUT));
    HeapGroupTables restored = new HeapGroupTables(layout, content, null);
    for (StateEntry entry : chain) {
      assertThat(entry.value().length, is(lessThan(Changes.CHUNK_BYTES + 2 * ELEMENT)));
      restored.restore(entry);
    }
    List<Object> values = new ArrayList<>();
    restored.removeFirst().emit((key, group) -> values.addAll((List<?>) group));
    List<Object> expected = new ArrayList<>(elements(COUNT));
    expected.add("last");
    assertThat(values, is(expected));
  }

  @Test
  void anElementIsNotDivided() throws IOException {
    List<String> elements = List.of("a", "x".repeat(3 * Changes.CHUNK_BYTES), "b");
    List<Change> changes = all(Changes.of(Op.PUT, elements, StringUtf8Coder.of()::encode));
    assertThat(changes.size(), is(2));
    assertThat(decoded(changes), is(elements));
  }

  private static StateInternals state(StateStore store) {
    return key(store, "a").stateInternals();
  }

  private static final StateTag<BagState<String>> BAG = StateTags.bag("bag", StringUtf8Coder.of());
  private static final StateTag<SetState<String>> SET = StateTags.set("set", StringUtf8Coder.of());
  private static final StateTag<MapState<String, Integer>> MAP =
      StateTags.map("map", StringUtf8Coder.of(), VarIntCoder.of());
  private static final StateTag<MultimapState<Integer, String>> MULTIMAP =
      StateTags.multimap("multimap", VarIntCoder.of(), StringUtf8Coder.of());
  private static final StateTag<OrderedListState<String>> ORDERED =
      StateTags.orderedList("ordered", StringUtf8Coder.of());

  private static Set<String> contents(StateStore store) {
    StateInternals state = state(store);
    Set<String> all = new TreeSet<>();
    int number = 0;
    for (String value : state.state(window(0), BAG).read()) {
      all.add("bag " + number++ + " " + value);
    }
    state.state(window(0), SET).read().forEach(value -> all.add("set " + value));
    state
        .state(window(0), MAP)
        .entries()
        .read()
        .forEach(entry -> all.add("map " + entry.getKey() + " " + entry.getValue()));
    state
        .state(window(0), MULTIMAP)
        .entries()
        .read()
        .forEach(entry -> all.add("multimap " + entry.getKey() + " " + entry.getValue()));
    for (TimestampedValue<String> value : state.state(window(0), ORDERED).read()) {
      all.add("ordered " + value.getTimestamp() + " " + value.getValue());
    }
    return all;
  }

  private static void add(StateStore store, int from, int to) {
    StateInternals state = state(store);
    for (int i = from; i < to; i++) {
      state.state(window(0), BAG).add(element(i));
      state.state(window(0), SET).add(element(i));
      state.state(window(0), MAP).put(element(i), i);
      state.state(window(0), MULTIMAP).put(i % 1_000, element(i));
      state
          .state(window(0), ORDERED)
          .add(TimestampedValue.of(element(i), Instant.ofEpochMilli(i / 3)));
    }
  }

  @Test
  void cellsOfEveryKindComeBackFromChunks() throws IOException {
    StateStore store = Stores.create();
    add(store, 0, COUNT);
    List<StateEntry> chain = new ArrayList<>(entries(store.freeze(1, SnapshotScope.CHANGES)));
    for (String cell : List.of("ubag", "uset", "umap", "umultimap", "uordered")) {
      List<StateEntry> chunks = chain.stream().filter(e -> e.cell().equals(cell)).toList();
      assertThat(cell, chunks.size(), is(greaterThan(5)));
      assertThat(chunks.get(0).op(), is(Op.PUT));
      assertThat(
          new HashSet<>(chunks.subList(1, chunks.size()).stream().map(StateEntry::op).toList()),
          is(Set.of(Op.APPEND)));
      assertThat(
          chunks.stream().map(entry -> entry.value().length).toList(),
          everyItem(is(lessThanOrEqualTo(Changes.CHUNK_BYTES + 10 * ELEMENT))));
    }
    assertThat(contents(restored(chain)), is(contents(store)));

    add(store, COUNT, 2 * COUNT);
    for (int i = 0; i < COUNT; i += 2) {
      state(store).state(window(0), SET).remove(element(i));
      state(store).state(window(0), MAP).remove(element(i));
    }
    chain.addAll(entries(store.freeze(2, SnapshotScope.CHANGES)));
    TreeMap<String, Long> deletes = new TreeMap<>();
    chain.stream()
        .filter(entry -> entry.op() == Op.DELETE)
        .forEach(entry -> deletes.merge(entry.cell(), 1L, Long::sum));
    assertThat(Collections.min(deletes.values()), is(greaterThan(2L)));

    StateStore restored = restored(chain);
    assertThat(contents(restored), is(contents(store)));
    List<StateEntry> whole = entries(restored.freeze(3, SnapshotScope.EVERYTHING));
    assertThat(contents(restored(whole)), is(contents(store)));
  }
}
