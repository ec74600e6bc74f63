package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.key;
import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyIterable;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

/** Keys, addresses, and what is dropped when. */
class StateStoreTest {
  private static final StateTag<ValueState<Long>> COUNT =
      StateTags.value("count", VarLongCoder.of());
  private static final StateTag<BagState<String>> BAG = StateTags.bag("bag", StringUtf8Coder.of());

  private final StateStore store = Stores.create();
  private long commit;

  private ValueState<Long> count(String key, long window) {
    return key(store, key).stateInternals().state(window(window), COUNT);
  }

  /** Everything that the store keeps. */
  private List<StateEntry> entries() throws IOException {
    return Stores.entries(store.freeze(++commit, SnapshotScope.EVERYTHING));
  }

  private Set<Object> keys() throws IOException {
    Set<Object> keys = new HashSet<>();
    for (StateEntry entry : entries()) {
      keys.add(CoderUtils.decodeFromByteArray(StringUtf8Coder.of(), entry.key()));
    }
    return keys;
  }

  @Test
  void eachKeyAndWindowHasItsOwnCell() {
    for (long window = 0; window < 30; window++) {
      count("a", window).write(window);
      count("b", window).write(-window);
    }
    for (long window = 0; window < 30; window++) {
      assertThat(count("a", window).read(), is(window));
      assertThat(count("b", window).read(), is(-window));
    }
  }

  @Test
  void manyKeysAreFoundAndDropped() throws IOException {
    for (int i = 0; i < 5_000; i++) {
      count("key" + i, 0).write((long) i);
    }
    for (int i = 0; i < 5_000; i += 2) {
      count("key" + i, 0).clear();
    }
    for (int i = 0; i < 5_000; i++) {
      assertThat(count("key" + i, 0).read(), is(i % 2 == 0 ? null : (Long) (long) i));
    }
    assertThat(keys().size(), is(2_500));
  }

  @Test
  void theSameAddressIsTheSameState() {
    ValueState<Long> first = count("a", 0);
    assertThat(count("a", 0), sameInstance(first));
    assertThat(count("a", 1), not(equalTo(first)));
    assertThat(count("b", 0), not(equalTo(first)));
    assertThat("after it was dropped", count("a", 0), equalTo(first));
  }

  @Test
  void systemTagsAndUserTagsDoNotClash() {
    StateTag<ValueState<Long>> system = StateTags.makeSystemTagInternal(COUNT);
    key(store, "a").stateInternals().state(window(0), COUNT).write(1L);
    key(store, "a").stateInternals().state(window(0), system).write(2L);
    assertThat(key(store, "a").stateInternals().state(window(0), COUNT).read(), is(1L));
    assertThat(key(store, "a").stateInternals().state(window(0), system).read(), is(2L));
  }

  @Test
  void anotherKindOfStateUnderTheSameIdIsRefused() {
    count("a", 0).write(1L);
    Exception e =
        assertThrows(
            IllegalStateException.class,
            () ->
                key(store, "a")
                    .stateInternals()
                    .state(window(0), StateTags.bag("count", VarLongCoder.of())));
    assertThat(e.getMessage(), containsString("'count'"));
  }

  @Test
  void aKeyThatWasOnlyReadIsDropped() throws IOException {
    assertThat(count("a", 0).read(), nullValue());
    assertThat(store.isEmpty(), is(true));
    assertThat(keys(), emptyIterable());
  }

  @Test
  void aKeyIsDroppedWhenNothingIsLeft() throws IOException {
    count("a", 0).write(1L);
    key(store, "a").setTimer(timer("t", window(0), TimeDomain.EVENT_TIME, 5), true);
    count("a", 0).clear();
    assertThat("timer", keys(), contains("a"));
    key(store, "a").deleteTimer(window(0), "t", "family", TimeDomain.EVENT_TIME);
    assertThat(keys(), emptyIterable());
  }

  @Test
  void theEarliestWindowWithStateOrTimersIsKnown() {
    store.indexWindows();
    assertThat(store.earliestWindow(), is(EventTime.MAX));
    count("a", 10).write(1L);
    count("b", 0).read();
    assertThat("only read", store.earliestWindow(), is(19L));
    key(store, "b").setTimer(timer("t", window(0), TimeDomain.EVENT_TIME, 5), true);
    count("b", 0).write(1L);
    assertThat(store.earliestWindow(), is(9L));
    count("b", 0).clear();
    assertThat("timer", store.earliestWindow(), is(9L));
    store.pollTimer(TimeDomain.EVENT_TIME, 6);
    assertThat(store.earliestWindow(), is(19L));
    count("a", 10).clear();
    assertThat(store.earliestWindow(), is(EventTime.MAX));
  }

  @Test
  void aHandleToADroppedCellBringsItBack() throws IOException {
    ValueState<Long> handle = count("a", 0);
    handle.write(1L);
    handle.clear();
    assertThat(store.isEmpty(), is(true));
    handle.write(2L);
    assertThat(keys(), contains("a"));
    assertThat(count("a", 0).read(), is(2L));
  }

  @Test
  void aHandleToADroppedCellSeesItsSuccessor() {
    ValueState<Long> handle = count("a", 0);
    key(store, "b");
    count("a", 0).write(3L);
    key(store, "b");
    assertThat(handle.read(), is(3L));
    handle.write(4L);
    assertThat(count("a", 0).read(), is(4L));
    handle.clear();
    assertThat(store.isEmpty(), is(true));
  }

  @Test
  void aHandleToADroppedKeyGoesOnWorking() throws IOException {
    KeyedState handle = key(store, "a");
    assertThat(store.isEmpty(), is(true));
    handle.setTimer(timer("t", window(0), TimeDomain.EVENT_TIME, 5), true);
    assertThat(keys(), contains("a"));
    assertThat(store.minHold(), is(5L));
    assertThat(key(store, "a").minHold(), is(5L));
    assertThat(handle.hasTimers(TimeDomain.EVENT_TIME), is(true));
    assertThat(store.pollTimer(TimeDomain.EVENT_TIME, 6).key().key(), is("a"));
    handle.stateInternals().state(window(0), BAG).add("x");
    assertThat(key(store, "a").stateInternals().state(window(0), BAG).read(), contains("x"));
  }

  @Test
  void clearingThroughAnOldHandleDropsTheKey() throws IOException {
    ValueState<Long> handle = count("a", 0);
    handle.write(1L);
    count("b", 0).write(1L);
    handle.clear();
    count("c", 0).write(1L);
    assertThat(keys().size(), is(2));
  }

  @Test
  void oneKeyWithManyPassingWindowsKeepsOnlyWhatIsThere() throws IOException {
    for (long window = 0; window < 10_000; window++) {
      count("a", window).write(1L);
      count("a", window).clear();
    }
    count("a", 0).write(1L);
    assertThat(entries().size(), is(1));
  }

  @Test
  void theVoidKeyIsAKey() throws IOException {
    KeyCodec<Void> codec = KeyCodec.of(VoidCoder.of());
    StateStore voids = StateBackend.HEAP.open(Stores.layout(codec, true, Stores.ALL)).store();
    voids
        .key(codec.comparable(null), null, codec.hash(null))
        .stateInternals()
        .state(window(0), COUNT)
        .write(1L);
    List<StateEntry> entries = Stores.entries(voids.freeze(1, SnapshotScope.EVERYTHING));
    assertThat(entries.size(), is(1));
    assertThat(entries.get(0).key().length, is(0));
  }
}
