package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.CODEC;
import static dev.microbatch.executor.state.Stores.KEY_GROUPS;
import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.apache.beam.sdk.state.TimeDomain.EVENT_TIME;
import static org.apache.beam.sdk.state.TimeDomain.PROCESSING_TIME;
import static org.apache.beam.sdk.state.TimeDomain.SYNCHRONIZED_PROCESSING_TIME;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.TimestampedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * What every state backend does, whatever part of its keys and groups is in memory. {@link #batch}
 * stands between the steps of each test, so that what a backend may move is moved.
 */
abstract class StateBackendContractTest {
  private static final StateTag<ValueState<Long>> VALUE =
      StateTags.value("value", VarLongCoder.of());
  private static final StateTag<ValueState<List<Long>>> MUTABLE =
      StateTags.value("mutable", ListCoder.of(VarLongCoder.of()));
  private static final StateTag<BagState<String>> BAG = StateTags.bag("bag", StringUtf8Coder.of());
  private static final StateTag<CombiningState<Long, long[], Long>> SUM =
      StateTags.combiningValueFromInputInternal("sum", VarLongCoder.of(), Sum.ofLongs());
  private static final StateTag<SetState<String>> SET = StateTags.set("set", StringUtf8Coder.of());
  private static final StateTag<MapState<String, Long>> MAP =
      StateTags.map("map", StringUtf8Coder.of(), VarLongCoder.of());
  private static final StateTag<MultimapState<String, Long>> MULTIMAP =
      StateTags.multimap("multimap", StringUtf8Coder.of(), VarLongCoder.of());
  private static final StateTag<OrderedListState<String>> LIST =
      StateTags.orderedList("list", StringUtf8Coder.of());
  private static final StateTag<WatermarkHoldState> HOLD =
      StateTags.watermarkStateInternal("hold", TimestampCombiner.EARLIEST);
  private static final StateTag<WatermarkHoldState> LATEST =
      StateTags.watermarkStateInternal("latest", TimestampCombiner.LATEST);

  private StageState state = backend().open(Stores.layout(true));
  private final List<StateEntry> chain = new ArrayList<>();
  private long commit;

  /** The backend that is tested. */
  abstract StateBackend backend();

  private StateStore store() {
    return state.store();
  }

  private void batch() {
    state.endBatch();
  }

  private KeyedState key(String key) {
    return Stores.key(store(), key);
  }

  private <T extends State> T cell(String key, StateTag<T> tag) {
    return cell(key, 0, tag);
  }

  private <T extends State> T cell(String key, long window, StateTag<T> tag) {
    return key(key).stateInternals().state(window(window), tag);
  }

  /** Appends the next snapshot to the chain and gives it as {@code key cell op}. */
  private List<String> commit(SnapshotScope scope) throws IOException {
    chain.removeIf(entry -> scope.contains(entry.keyGroup()));
    List<String> ops = new ArrayList<>();
    try (StateSnapshot snapshot = store().freeze(++commit, scope)) {
      batch(); // the snapshot shows the moment of the freeze
      snapshot.writeTo(chain::add);
      snapshot.writeTo(
          entry ->
              ops.add(
                  new String(entry.key(), StandardCharsets.UTF_8)
                      + " "
                      + (entry.cell().isEmpty() ? "timer" : entry.cell().substring(1))
                      + " "
                      + entry.op()));
    }
    return ops;
  }

  /** Resumes from the chain with a store of its own. */
  private void restore() {
    state = backend().open(Stores.layout(true));
    Stores.restore(store(), commit, chain, Stores.ALL);
    batch();
  }

  private List<String> poll(TimeDomain domain, long before) {
    List<String> fired = new ArrayList<>();
    FiredTimer timer;
    while ((timer = store().pollTimer(domain, before)) != null) {
      fired.add(timer.key().key() + timer.data().getTimerId());
      batch();
    }
    return fired;
  }

  // Kinds of state

  @Test
  void aValueStays() {
    cell("a", VALUE).write(1L);
    cell("b", VALUE).write(2L);
    batch();
    assertThat(cell("a", VALUE).read(), is(1L));
    batch();
    cell("a", VALUE).write(3L);
    cell("b", VALUE).clear();
    batch();
    assertThat(cell("a", VALUE).read(), is(3L));
    assertThat(cell("b", VALUE).read(), nullValue());
  }

  @Test
  void aBagKeepsItsOrder() {
    cell("a", BAG).add("x");
    batch();
    cell("a", BAG).add("y");
    Iterable<String> two = cell("a", BAG).read();
    batch();
    cell("a", BAG).add("z");
    assertThat(cell("a", BAG).read(), contains("x", "y", "z"));
    assertThat("a view does not change", two, contains("x", "y"));
    cell("a", BAG).clear();
    batch();
    assertThat(cell("a", BAG).isEmpty().read(), is(true));
    assertThat("nor when the bag is cleared", two, contains("x", "y"));
  }

  @Test
  void anAccumulatorCombines() {
    cell("a", SUM).add(1L);
    batch();
    cell("a", SUM).add(2L);
    cell("a", SUM).addAccum(new long[] {4});
    batch();
    assertThat(cell("a", SUM).read(), is(7L));
    cell("a", SUM).getAccum()[0] = 100;
    assertThat("what went out is a copy", cell("a", SUM).read(), is(7L));
  }

  @Test
  void aSetHasEachElementOnce() {
    cell("a", SET).add("x");
    batch();
    assertThat(cell("a", SET).addIfAbsent("x").read(), is(false));
    assertThat(cell("a", SET).addIfAbsent("y").read(), is(true));
    batch();
    cell("a", SET).remove("x");
    batch();
    assertThat(cell("a", SET).read(), contains("y"));
    assertThat(cell("a", SET).contains("x").read(), is(false));
  }

  @Test
  void aMapHasEachKeyOnce() {
    cell("a", MAP).put("x", 1L);
    cell("a", MAP).put("y", 2L);
    batch();
    cell("a", MAP).put("x", 3L);
    assertThat(cell("a", MAP).putIfAbsent("y", 9L).read(), is(2L));
    batch();
    assertThat(cell("a", MAP).entries().read(), contains(Map.entry("x", 3L), Map.entry("y", 2L)));
    cell("a", MAP).remove("x");
    batch();
    assertThat(cell("a", MAP).keys().read(), contains("y"));
  }

  @Test
  void aMultimapHasABagForEachKey() {
    cell("a", MULTIMAP).put("x", 1L);
    batch();
    cell("a", MULTIMAP).put("x", 1L);
    cell("a", MULTIMAP).put("y", 2L);
    batch();
    assertThat(cell("a", MULTIMAP).get("x").read(), contains(1L, 1L));
    cell("a", MULTIMAP).remove("x");
    batch();
    assertThat(cell("a", MULTIMAP).keys().read(), contains("y"));
  }

  @Test
  void anOrderedListIsInOrderOfTime() {
    cell("a", LIST).add(at("c", 3));
    batch();
    cell("a", LIST).add(at("a", 1));
    cell("a", LIST).add(at("b", 2));
    batch();
    assertThat(cell("a", LIST).read(), contains(at("a", 1), at("b", 2), at("c", 3)));
    cell("a", LIST).clearRange(Instant.ofEpochMilli(1), Instant.ofEpochMilli(3));
    batch();
    assertThat(cell("a", LIST).read(), contains(at("c", 3)));
  }

  private static TimestampedValue<String> at(String value, long timestamp) {
    return TimestampedValue.of(value, Instant.ofEpochMilli(timestamp));
  }

  @Test
  void holdsOfEveryKeyCount() {
    cell("a", HOLD).add(Instant.ofEpochMilli(5));
    cell("b", LATEST).add(Instant.ofEpochMilli(3));
    cell("b", 1, HOLD).add(Instant.ofEpochMilli(9));
    batch();
    assertThat(store().minHold(), is(3L));
    cell("b", LATEST).add(Instant.ofEpochMilli(8));
    batch();
    assertThat(store().minHold(), is(5L));
    assertThat(key("b").minHold(), is(8L));
    cell("a", HOLD).clear();
    batch();
    assertThat(store().minHold(), is(8L));
    cell("b", LATEST).clear();
    cell("b", 1, HOLD).clear();
    batch();
    assertThat(store().minHold(), is(EventTime.MAX));
    assertThat(store().isEmpty(), is(true));
  }

  // Keys

  @Test
  void aKeyIsGoneWhenNothingIsLeft() {
    cell("a", VALUE).write(1L);
    batch();
    assertThat(store().isEmpty(), is(false));
    cell("a", VALUE).clear();
    assertThat(store().isEmpty(), is(true));
    batch();
    assertThat(store().isEmpty(), is(true));
    assertThat(cell("a", VALUE).read(), nullValue());
  }

  @Test
  void aHandleToAKeyGoesOnWorking() {
    KeyedState handle = key("a");
    cell("a", VALUE).write(1L);
    batch();
    assertThat(handle.stateInternals().state(window(0), VALUE).read(), is(1L));
    handle.setTimer(timer("t", window(0), EVENT_TIME, 5), true);
    batch();
    assertThat(handle.minHold(), is(5L));
    assertThat(handle.hasTimers(EVENT_TIME), is(true));
    batch();
    handle.in(window(0)).deleteTimers();
    handle.stateInternals().state(window(0), VALUE).clear();
    batch();
    assertThat(store().isEmpty(), is(true));
    handle.stateInternals().state(window(0), VALUE).write(2L);
    batch();
    assertThat(cell("a", VALUE).read(), is(2L));
  }

  @Test
  void aHandleToACellGoesOnWorking() {
    BagState<String> handle = cell("a", BAG);
    handle.add("x");
    batch();
    handle.add("y");
    batch();
    assertThat(handle.read(), contains("x", "y"));
    handle.clear();
    batch();
    assertThat("what it held when the key left is gone", handle.read(), is(List.of()));
    handle.add("z");
    batch();
    assertThat(cell("a", BAG).read(), contains("z"));
  }

  @Test
  void keysWithTheSameHashAreKeptApart() {
    for (String key : List.of("a", "b", "c")) {
      store().key(key, key, 7).stateInternals().state(window(0), BAG).add(key);
    }
    batch();
    for (String key : List.of("b", "c", "a")) {
      assertThat(
          store().key(key, key, 7).stateInternals().state(window(0), BAG).read(), contains(key));
    }
  }

  @Test
  void theEarliestWindowIsKnown() {
    store().indexWindows();
    cell("a", 20, VALUE).write(1L);
    key("b").setTimer(timer("t", window(5), EVENT_TIME, 100), false);
    cell("b", 30, VALUE).write(1L);
    batch();
    assertThat(store().earliestWindow(), is(14L));
    key("b").in(window(5)).deleteTimers();
    batch();
    assertThat(store().earliestWindow(), is(29L));
    cell("a", 20, VALUE).clear();
    cell("b", 30, VALUE).clear();
    assertThat(store().earliestWindow(), is(EventTime.MAX));
  }

  // Timers

  @Test
  void timersFireInOrderOfTimestampThenOfSetting() {
    set("a", "3", EVENT_TIME, 30);
    set("b", "1", EVENT_TIME, 10);
    batch();
    set("a", "2", EVENT_TIME, 20);
    set("c", "1", EVENT_TIME, 10);
    set("a", "1", EVENT_TIME, 10);
    batch();
    assertThat(store().nextTimer(EVENT_TIME), is(10L));
    assertThat(store().pollTimer(EVENT_TIME, 10), nullValue());
    assertThat(poll(EVENT_TIME, 30), contains("b1", "c1", "a1", "a2"));
    assertThat(store().nextTimer(EVENT_TIME), is(30L));
    assertThat(poll(EVENT_TIME, 31), contains("a3"));
    assertThat(store().nextTimer(EVENT_TIME), is(Long.MAX_VALUE));
    assertThat(store().isEmpty(), is(true));
  }

  private void set(String key, String id, TimeDomain domain, long timestamp) {
    key(key).setTimer(timer(id, window(0), domain, timestamp), false);
  }

  @Test
  void timersInMemoryAndOutsideFireInOneOrder() {
    set("a", "1", EVENT_TIME, 10);
    set("b", "3", EVENT_TIME, 30);
    set("c", "5", EVENT_TIME, 30);
    batch();
    set("d", "2", EVENT_TIME, 20);
    set("b", "4", EVENT_TIME, 30);
    List<String> fired = new ArrayList<>();
    FiredTimer timer;
    while ((timer = store().pollTimer(EVENT_TIME, 100)) != null) {
      fired.add(timer.key().key() + timer.data().getTimerId());
    }
    assertThat(fired, contains("a1", "d2", "b3", "c5", "b4"));
  }

  @Test
  void domainsAreSeparate() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "1", PROCESSING_TIME, 5);
    set("a", "1", SYNCHRONIZED_PROCESSING_TIME, 7);
    batch();
    assertThat(store().nextTimer(EVENT_TIME), is(10L));
    assertThat(store().nextTimer(PROCESSING_TIME), is(5L));
    assertThat(store().nextTimer(SYNCHRONIZED_PROCESSING_TIME), is(7L));
    assertThat(poll(PROCESSING_TIME, 100), contains("a1"));
    assertThat(key("a").hasTimers(PROCESSING_TIME), is(false));
    assertThat(key("a").hasTimers(EVENT_TIME), is(true));
  }

  @Test
  void settingAgainReplacesAndGoesBehind() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 20);
    batch();
    set("a", "1", EVENT_TIME, 20);
    batch();
    assertThat(poll(EVENT_TIME, 100), contains("a2", "a1"));
  }

  @Test
  void aDeletedTimerDoesNotFireAndHoldsNothing() {
    key("a").setTimer(timer("1", window(0), PROCESSING_TIME, 10, 3), true);
    key("a").setTimer(timer("2", window(0), PROCESSING_TIME, 20, 4), true);
    batch();
    assertThat(store().minHold(), is(3L));
    key("a").deleteTimer(window(0), "1", "family", PROCESSING_TIME);
    batch();
    assertThat(store().minHold(), is(4L));
    assertThat(poll(PROCESSING_TIME, 100), contains("a2"));
    assertThat(store().minHold(), is(EventTime.MAX));
  }

  // Commits

  @Test
  void everythingComesBack() throws IOException {
    cell("a", VALUE).write(1L);
    cell("a", MUTABLE).write(new ArrayList<>(List.of(1L, 2L)));
    cell("a", BAG).add("x");
    cell("a", SUM).add(3L);
    cell("b", SET).add("s");
    cell("b", MAP).put("m", 4L);
    cell("b", MULTIMAP).put("n", 5L);
    cell("b", LIST).add(at("l", 6));
    cell("c", HOLD).add(Instant.ofEpochMilli(7));
    key("c").setTimer(timer("t", window(0), EVENT_TIME, 9, 8), true);
    batch();
    commit(SnapshotScope.CHANGES);
    restore();
    assertThat(cell("a", VALUE).read(), is(1L));
    assertThat(cell("a", MUTABLE).read(), contains(1L, 2L));
    assertThat(cell("a", BAG).read(), contains("x"));
    assertThat(cell("a", SUM).read(), is(3L));
    assertThat(cell("b", SET).read(), contains("s"));
    assertThat(cell("b", MAP).get("m").read(), is(4L));
    assertThat(cell("b", MULTIMAP).get("n").read(), contains(5L));
    assertThat(cell("b", LIST).read(), contains(at("l", 6)));
    assertThat(cell("c", HOLD).read(), is(Instant.ofEpochMilli(7)));
    assertThat(store().minHold(), is(7L));
    assertThat(poll(EVENT_TIME, 10), contains("ct"));
  }

  @Test
  void aDeltaHasOnlyWhatHasChanged() throws IOException {
    cell("a", VALUE).write(1L);
    cell("a", BAG).add("x");
    cell("b", MAP).put("m", 1L);
    batch();
    assertThat(
        commit(SnapshotScope.CHANGES), containsInAnyOrder("a value PUT", "a bag PUT", "b map PUT"));
    assertThat(commit(SnapshotScope.CHANGES), empty());
    cell("a", BAG).add("y");
    cell("b", MAP).put("n", 2L);
    batch();
    assertThat(commit(SnapshotScope.CHANGES), containsInAnyOrder("a bag APPEND", "b map APPEND"));
    cell("b", MAP).remove("m");
    cell("a", VALUE).clear();
    batch();
    assertThat(commit(SnapshotScope.CHANGES), containsInAnyOrder("a value CLEAR", "b map DELETE"));
    restore();
    assertThat(cell("a", BAG).read(), contains("x", "y"));
    assertThat(cell("b", MAP).keys().read(), contains("n"));
    assertThat(cell("a", VALUE).read(), nullValue());
  }

  @Test
  void whatWentAndCameBackIsThere() throws IOException {
    cell("a", BAG).add("old");
    batch();
    commit(SnapshotScope.CHANGES);
    BagState<String> handle = cell("a", BAG);
    handle.clear();
    batch();
    cell("a", BAG).add("new");
    batch();
    cell("a", BAG).clear();
    cell("b", VALUE).write(1L);
    handle.add("newest");
    batch();
    commit(SnapshotScope.CHANGES);
    restore();
    assertThat(cell("a", BAG).read(), contains("newest"));
  }

  @Test
  void aCellThatIsTakenBackIsWrittenBehindItsSuccessors() throws IOException {
    BagState<String> first = cell("a", BAG);
    first.add("first");
    commit(SnapshotScope.CHANGES);
    first = cell("a", BAG);
    first.clear();
    key("b"); // turning to another key lets go of the empty cell, without a batch
    cell("a", BAG).add("second");
    batch();
    cell("a", BAG).clear();
    key("b");
    first.add("third");
    commit(SnapshotScope.CHANGES);
    restore();
    assertThat(cell("a", BAG).read(), contains("third"));
  }

  @Test
  void timersThatFiredOrWereSetAgainAreRight() throws IOException {
    key("a").setTimer(timer("1", window(0), EVENT_TIME, 10), true);
    key("a").setTimer(timer("2", window(0), EVENT_TIME, 20), true);
    batch();
    commit(SnapshotScope.CHANGES);
    assertThat(poll(EVENT_TIME, 11), contains("a1"));
    key("a").setTimer(timer("1", window(0), EVENT_TIME, 30), true);
    batch();
    key("a").deleteTimer(window(0), "2", "family", EVENT_TIME);
    batch();
    commit(SnapshotScope.CHANGES);
    restore();
    assertThat(store().minHold(), is(30L));
    assertThat(poll(EVENT_TIME, 100), contains("a1"));
  }

  @Test
  void keyGroupsCanBeAskedForAsAWhole() throws IOException {
    for (int i = 0; i < 40; i++) {
      cell("key" + i, BAG).add("x" + i);
    }
    batch();
    commit(SnapshotScope.CHANGES);
    for (int group = 0; group < KEY_GROUPS; group += 4) {
      for (int i = group; i < 40; i += 7) {
        cell("key" + i, BAG).add("y" + group);
      }
      if (group % 8 == 0) {
        batch();
      }
      KeyGroupRange turn = new KeyGroupRange(group, group + 4);
      chain.removeIf(entry -> turn.contains(entry.keyGroup()));
      commit(new SnapshotScope(false, turn));
    }
    TreeMap<String, List<String>> before = bags();
    restore();
    assertThat(bags(), is(before));
  }

  private TreeMap<String, List<String>> bags() {
    TreeMap<String, List<String>> bags = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      List<String> values = new ArrayList<>();
      cell("key" + i, BAG).read().forEach(values::add);
      bags.put("key" + i, values);
    }
    return bags;
  }

  @Test
  void entriesAreInOrderOfKeyGroup() throws IOException {
    for (int i = 0; i < 40; i++) {
      cell("key" + i, VALUE).write(1L);
    }
    batch();
    for (int i = 0; i < 40; i += 2) {
      cell("key" + i, VALUE).write(2L);
    }
    commit(SnapshotScope.EVERYTHING);
    int last = 0;
    for (StateEntry entry : chain) {
      assertThat(entry.keyGroup() >= last, is(true));
      last = entry.keyGroup();
    }
    assertThat(chain.size(), is(40));
  }

  @Test
  void aStoreTakesItsShareOfTheKeyGroups() throws IOException {
    for (int i = 0; i < 40; i++) {
      cell("key" + i, BAG).add("x");
      key("key" + i).setTimer(timer("t", window(0), EVENT_TIME, i), true);
    }
    batch();
    commit(SnapshotScope.CHANGES);
    int found = 0;
    for (int part = 0; part < 4; part++) {
      KeyGroupRange range = KeyGroupRange.ofPartition(part, 4, KEY_GROUPS);
      StageState share = backend().open(Stores.layout(CODEC, true, range));
      Stores.restore(share.store(), commit, chain, range);
      share.endBatch();
      while (share.store().pollTimer(EVENT_TIME, 100) != null) {
        found++;
      }
    }
    assertThat(found, is(40));
  }

  @Test
  void whatIsNotTrackedIsWrittenAsAWhole() throws IOException {
    state = backend().open(Stores.layout(false));
    cell("a", MAP).put("x", 1L);
    batch();
    cell("a", MAP).put("y", 2L);
    batch();
    assertThat(commit(SnapshotScope.EVERYTHING), contains("a map PUT"));
    restore();
    assertThat(cell("a", MAP).keys().read(), contains("x", "y"));
  }

  // Group tables

  private static IntervalWindow interval(long start) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 10));
  }

  @SuppressWarnings("unchecked") // What is grouped here are strings.
  private static GroupContent gathering() {
    Coder<?> coder = StringUtf8Coder.of();
    return new GroupContent((Coder<Object>) coder, null, false);
  }

  @SuppressWarnings("unchecked") // What is combined here are numbers.
  private static GroupContent summing() {
    CombineFn<?, ?, ?> sum = Sum.ofLongs();
    Coder<?> coder = Sum.ofLongs().getAccumulatorCoder(null, VarLongCoder.of());
    return new GroupContent((Coder<Object>) coder, (CombineFn<Object, Object, Object>) sum, false);
  }

  private static void add(GroupTables tables, long window, String key, @Nullable Object value) {
    add(tables, List.of(interval(window)), key, value);
  }

  private static void add(
      GroupTables tables, List<IntervalWindow> windows, String key, @Nullable Object value) {
    add(tables, windows, Long.MIN_VALUE, key, value);
  }

  private static void add(
      GroupTables tables,
      List<IntervalWindow> windows,
      long watermark,
      String key,
      @Nullable Object value) {
    GroupTables.Table table = tables.find(windows);
    if (table == null) {
      table = tables.create(windows, watermark);
    }
    table.add(CODEC.comparable(key), CODEC.hash(key), key, value);
  }

  /** Fires the window that ends first, and gives what it held, by window and key. */
  private static Map<String, Object> fire(GroupTables tables) {
    Map<String, Object> fired = new TreeMap<>();
    GroupTables.ClosedWindow closed = tables.removeFirst();
    long start = ((IntervalWindow) closed.window()).start().getMillis();
    closed.emit((key, result) -> fired.put(start + " " + key, result));
    return fired;
  }

  private List<StateEntry> freeze(GroupTables tables, SnapshotScope scope) throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    try (FrozenPart part = tables.freeze(++commit, scope)) {
      part.writeTo(entries::add);
    }
    return entries;
  }

  private GroupTables restored(GroupContent content, List<StateEntry> entries, KeyGroupRange range)
      throws IOException {
    GroupTables tables = backend().open(Stores.layout(CODEC, true, range)).groupTables(content);
    for (StateEntry entry : entries) {
      assertThat(tables.owns(entry), is(true));
      tables.restore(entry);
    }
    return tables;
  }

  @Test
  void groupsGatherWhatComesInOrder() {
    GroupTables tables = state.groupTables(gathering());
    add(tables, 0, "a", "x");
    add(tables, 0, "b", "z");
    add(tables, 5, "a", "later");
    batch();
    add(tables, 0, "a", "y");
    batch();
    assertThat(tables.anyEndsBefore(9), is(false));
    assertThat(tables.firstEnd(), is(9L));
    assertThat(tables.anyEndsBefore(10), is(true));
    assertThat(fire(tables), is(Map.of("0 a", List.of("x", "y"), "0 b", List.of("z"))));
    assertThat(tables.find(List.of(interval(0))), nullValue());
    assertThat(fire(tables), is(Map.of("5 a", List.of("later"))));
    assertThat(tables.anyEndsBefore(Long.MAX_VALUE), is(false));
    assertThat(tables.firstEnd(), is(Long.MAX_VALUE));
  }

  @Test
  void groupsCombineWhatComes() {
    GroupTables tables = state.groupTables(summing());
    add(tables, 0, "a", 1L);
    batch();
    add(tables, 0, "a", 2L);
    add(tables, 0, "b", 4L);
    batch();
    assertThat(fire(tables), is(Map.of("0 a", 3L, "0 b", 4L)));
  }

  @Test
  void groupsComeBackFromDeltas() throws IOException {
    for (GroupContent content : List.of(gathering(), summing())) {
      Object[] values = content.gathers() ? new Object[] {"x", "y"} : new Object[] {1L, 2L};
      GroupTables tables = state.groupTables(content);
      add(tables, 0, "a", values[0]);
      add(tables, 5, "a", values[0]);
      batch();
      List<StateEntry> entries = freeze(tables, SnapshotScope.CHANGES);
      add(tables, 5, "a", values[1]);
      add(tables, 5, "b", values[1]);
      batch();
      fire(tables);
      List<StateEntry> delta = freeze(tables, SnapshotScope.CHANGES);
      assertThat("the window that fired, and two groups", delta.size(), is(3));
      entries.addAll(delta);
      assertThat(freeze(tables, SnapshotScope.CHANGES), empty());
      GroupTables then = restored(content, entries, Stores.ALL);
      add(tables, 5, "a", values[0]);
      add(then, 5, "a", values[0]);
      entries.addAll(freeze(then, SnapshotScope.CHANGES));
      Map<String, Object> expected = fire(tables);
      assertThat(fire(then), is(expected));
      assertThat(fire(restored(content, entries, Stores.ALL)), is(expected));
    }
  }

  @Test
  void aGroupThatCameBackIsNotWrittenAgain() throws IOException {
    GroupTables tables = state.groupTables(gathering());
    add(tables, 0, "a", "x");
    add(tables, 0, "a", "y");
    GroupTables then = restored(gathering(), freeze(tables, SnapshotScope.CHANGES), Stores.ALL);
    add(then, 0, "a", "z");
    List<StateEntry> delta = freeze(then, SnapshotScope.CHANGES);
    assertThat(delta.stream().map(StateEntry::op).toList(), contains(StateEntry.Op.APPEND));
    List<Object> values = new ArrayList<>();
    GroupEntry.values(delta.get(0), gathering().coder(), values::add);
    assertThat(values, contains("z"));
  }

  @Test
  void groupsAreWrittenAsAWholeInTurns() throws IOException {
    GroupTables tables = state.groupTables(gathering());
    for (int i = 0; i < 40; i++) {
      add(tables, 0, "key" + i, "x" + i);
    }
    List<StateEntry> entries = new ArrayList<>(freeze(tables, SnapshotScope.CHANGES));
    for (int group = 0; group < KEY_GROUPS; group += 4) {
      for (int i = group; i < 40; i += 7) {
        add(tables, 0, "key" + i, "y" + group);
      }
      batch();
      KeyGroupRange turn = new KeyGroupRange(group, group + 4);
      entries.removeIf(entry -> turn.contains(entry.keyGroup()));
      entries.addAll(freeze(tables, new SnapshotScope(false, turn)));
    }
    Map<String, Object> shares = new TreeMap<>();
    for (int part = 0; part < 4; part++) {
      KeyGroupRange range = KeyGroupRange.ofPartition(part, 4, KEY_GROUPS);
      shares.putAll(fire(restored(gathering(), entries, range)));
    }
    assertThat(shares, is(fire(tables)));
  }

  /** Joins strings; its accumulators are lists, and merging changes all that it is given. */
  private static final class Joining extends CombineFn<String, List<String>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<String> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<String> addInput(List<String> accumulator, String input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<String> mergeAccumulators(Iterable<List<String>> accumulators) {
      List<String> merged = null;
      for (List<String> each : accumulators) {
        if (merged == null || merged.isEmpty()) {
          merged = each;
        } else {
          merged.addAll(each);
          each.add("merged before");
        }
      }
      return merged;
    }

    @Override
    public String extractOutput(List<String> accumulator) {
      Collections.sort(accumulator);
      String all = String.join(" ", accumulator);
      accumulator.add("extracted before");
      return all;
    }
  }

  @SuppressWarnings("unchecked") // What is combined here are strings.
  private static GroupContent joining() {
    Coder<?> coder = ListCoder.of(StringUtf8Coder.of());
    CombineFn<?, ?, ?> joining = new Joining();
    return new GroupContent(
        (Coder<Object>) coder, (CombineFn<Object, Object, Object>) joining, false);
  }

  /** The windows of 10 ms that begin every {@code period} ms, the newest first. */
  private static List<IntervalWindow> sliding(long period, long time) {
    List<IntervalWindow> windows = new ArrayList<>();
    for (long start = Math.floorDiv(time, period) * period; start > time - 10; start -= period) {
      windows.add(interval(start));
    }
    return windows;
  }

  private static Map<String, Object> fireAll(GroupTables tables) {
    Map<String, Object> fired = new TreeMap<>();
    while (tables.firstEnd() < Long.MAX_VALUE) {
      fired.putAll(fire(tables));
    }
    return fired;
  }

  @Test
  void aWindowFiresFromAllTablesThatItIsAWindowOf() {
    GroupTables tables = state.groupTables(gathering());
    add(tables, sliding(5, 7), "a", "at 7");
    add(tables, sliding(5, 3), "a", "at 3");
    add(tables, sliding(5, 12), "a", "at 12");
    add(tables, sliding(5, 8), "b", "at 8");
    batch();
    add(tables, sliding(5, 3), "a", "at 3 too");
    assertThat(fire(tables), is(Map.of("-5 a", List.of("at 3", "at 3 too"))));
    assertThat(
        fire(tables),
        is(Map.of("0 a", List.of("at 3", "at 3 too", "at 7"), "0 b", List.of("at 8"))));
    batch();
    assertThat(fire(tables), is(Map.of("5 a", List.of("at 7", "at 12"), "5 b", List.of("at 8"))));
    assertThat(fire(tables), is(Map.of("10 a", List.of("at 12"))));
    assertThat(tables.firstEnd(), is(Long.MAX_VALUE));
    assertThat(tables.find(sliding(5, 12)), nullValue());
  }

  @Test
  void whatIsMergedForAWindowIsThereForTheNext() {
    GroupTables tables = state.groupTables(joining());
    Map<String, List<String>> expected = new TreeMap<>();
    for (int time = 0; time < 60; time++) {
      String key = "k" + time % 3;
      String value = "v" + (100 + time);
      add(tables, sliding(2, time), key, value);
      for (IntervalWindow window : sliding(2, time)) {
        expected
            .computeIfAbsent(window.start().getMillis() + " " + key, k -> new ArrayList<>())
            .add(value);
      }
      if (time % 7 == 0) {
        batch();
      }
    }
    Map<String, Object> joined = new TreeMap<>();
    expected.forEach((key, values) -> joined.put(key, String.join(" ", values)));
    assertThat(fireAll(tables), is(joined));
  }

  @Test
  void whatIsLateForAWindowIsThereForTheNext() {
    for (GroupContent content : List.of(joining(), summing(), gathering())) {
      boolean sums = content.coder().equals(summing().coder());
      Object one = value(content, 1);
      Object two = value(content, 2);
      GroupTables tables = state.groupTables(content);
      for (int time = 0; time < 20; time++) {
        add(tables, sliding(2, time), "a", one);
      }
      while (tables.firstEnd() < 12) {
        fire(tables);
      }
      add(tables, sliding(2, 6), 12, "a", two);
      add(tables, sliding(2, 7), 12, "b", two);
      add(tables, sliding(2, 9), 12, "a", one);
      batch();
      add(tables, sliding(2, 11), 12, "a", two);
      Map<String, Object> fired = fireAll(tables);
      Object a = fired.get("4 a");
      Object b = fired.get("6 b");
      if (content.gathers()) {
        assertThat(((List<?>) a).stream().sorted().toList(), is(expected(10 + 1, 2)));
        assertThat(b, is(List.of("2")));
      } else if (!sums) {
        assertThat(List.of(((String) a).split(" ")), is(expected(10 + 1, 2)));
        assertThat(b, is("2"));
      } else {
        assertThat(a, is(10 + 1 + 2L * 2));
        assertThat(b, is(2L));
      }
      assertThat(fired.containsKey("0 a"), is(false));
      assertThat(fired.containsKey("8 b"), is(false));
    }
  }

  /** A number as a value that the content takes. */
  private static Object value(GroupContent content, long number) {
    if (content.coder().equals(summing().coder())) {
      return number;
    }
    return String.valueOf(number);
  }

  private static List<String> expected(int ones, int twos) {
    List<String> all = new ArrayList<>(Collections.nCopies(ones, "1"));
    all.addAll(Collections.nCopies(twos, "2"));
    return all;
  }

  @Test
  void whatComesLateForTheFirstTimeFiresFromTheWindowsThatAreLeft() throws IOException {
    GroupTables tables = state.groupTables(gathering());
    add(tables, sliding(5, 3), 5, "a", "x");
    assertThat(tables.firstEnd(), is(9L));
    List<StateEntry> entries = freeze(tables, SnapshotScope.CHANGES);
    Map<String, Object> expected = Map.of("0 a", List.of("x"));
    assertThat(fireAll(restored(gathering(), entries, Stores.ALL)), is(expected));
    assertThat(fireAll(tables), is(expected));
  }

  @Test
  void aWindowThatARecordHasTwiceHasItTwice() {
    List<IntervalWindow> twice = List.of(interval(0), interval(5), interval(0));
    GroupTables lists = state.groupTables(gathering());
    GroupTables sums = state.groupTables(summing());
    add(lists, twice, "a", "x");
    add(sums, twice, "a", 3L);
    assertThat(fireAll(lists), is(Map.of("0 a", List.of("x", "x"), "5 a", List.of("x"))));
    assertThat(fireAll(sums), is(Map.of("0 a", 6L, "5 a", 3L)));
  }

  /** What a commit of the tables holds. */
  private record Segment(SnapshotScope scope, List<StateEntry> entries) {}

  /** What is read of a chain, of which nothing is kept that is not needed any more. */
  private static List<StateEntry> read(List<Segment> chain) {
    List<StateEntry> needed = new ArrayList<>();
    BitSet whole = new BitSet();
    boolean unkeyed = false;
    for (int i = chain.size() - 1; i >= 0; i--) {
      Segment segment = chain.get(i);
      if (unkeyed && whole.nextClearBit(0) >= KEY_GROUPS) {
        break;
      }
      List<StateEntry> some = new ArrayList<>(segment.entries());
      some.removeIf(entry -> entry.keyGroup() >= 0 && whole.get(entry.keyGroup()));
      needed.addAll(0, some);
      KeyGroupRange groups = segment.scope().keyGroups();
      whole.set(groups.first(), Math.min(KEY_GROUPS, groups.end()));
      unkeyed |= segment.scope().unkeyed();
    }
    return needed;
  }

  private static final List<List<SnapshotScope>> TURNS =
      List.of(
          List.of(SnapshotScope.CHANGES),
          List.of(SnapshotScope.EVERYTHING, SnapshotScope.CHANGES),
          List.of(
              new SnapshotScope(true, new KeyGroupRange(0, 3)),
              SnapshotScope.CHANGES,
              new SnapshotScope(false, new KeyGroupRange(3, KEY_GROUPS))),
          List.of(
              new SnapshotScope(true, new KeyGroupRange(0, 0)),
              new SnapshotScope(false, new KeyGroupRange(0, KEY_GROUPS))));

  @Test
  void windowsThatOverlapComeBackInTheMiddle() throws IOException {
    for (GroupContent content : List.of(gathering(), summing(), joining())) {
      for (List<SnapshotScope> turns : TURNS) {
        GroupTables tables = state.groupTables(content);
        List<Segment> chain = new ArrayList<>();
        for (int time = 0; time < 60; time++) {
          Object value = value(content, 1 + time);
          long late = tables.firstEnd() == Long.MAX_VALUE ? 0 : tables.firstEnd();
          add(tables, sliding(3, time), late, "k" + time % 5, value);
          add(tables, sliding(3, time - 3), late, "k" + time % 2, value);
          while (tables.anyEndsBefore(time - 4)) {
            fire(tables);
          }
          if (time % 4 == 3) {
            batch();
            SnapshotScope scope = turns.get(chain.size() % turns.size());
            chain.add(new Segment(scope, freeze(tables, scope)));
          }
        }
        List<StateEntry> entries = read(chain);
        Map<String, Object> shares = new TreeMap<>();
        for (int part = 0; part < 3; part++) {
          KeyGroupRange range = KeyGroupRange.ofPartition(part, 3, KEY_GROUPS);
          shares.putAll(fireAll(restored(content, entries, range)));
        }
        Map<String, Object> again = fireAll(restored(content, entries, Stores.ALL));
        Map<String, Object> expected = fireAll(tables);
        assertThat(again, is(expected));
        assertThat(shares, is(expected));
      }
    }
  }

  // Waiting records

  @Test
  void withheldRecordsStayInOrder() throws Exception {
    Withheld withheld = state.withheld("tests");
    Meta meta = Meta.of(3, interval(0), Meta.GLOBAL.pane());
    withheld.add("x", meta, null, 0, 1);
    batch();
    withheld.add("y", meta, null, 0, 2);
    batch();
    assertThat(withheld.first().value(), is("x"));
    assertThat(withheld.earliest(), is(3L));
    assertThat(withheld.earliestWindow(), is(9L));
    List<StateEntry> entries = new ArrayList<>();
    withheld.freeze(1, SnapshotScope.CHANGES).writeTo(entries::add);
    Withheld then = backend().open(Stores.layout(true)).withheld("tests");
    for (StateEntry entry : entries) {
      assertThat(then.owns(entry), is(true));
      assertThat(state.withheld("others").owns(entry), is(false));
      then.restore(entry);
    }
    List<Object> let = new ArrayList<>();
    then.release(record -> let.add(record.value()) && record.value().equals("x"));
    assertThat(let, contains("x", "y"));
    assertThat(then.first().value(), is("y"));
    then.release(record -> true);
    assertThat(then.isEmpty(), is(true));
    assertThat(then.earliest(), is(EventTime.MAX));
  }
}
