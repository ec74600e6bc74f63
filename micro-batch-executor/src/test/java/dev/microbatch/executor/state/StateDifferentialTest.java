package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.google.common.collect.ImmutableList;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.runners.core.InMemoryStateInternals;
import org.apache.beam.runners.core.InMemoryTimerInternals;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations give the same as Beam's in-memory state and timers, also when everything is
 * stored and restored in between: by one full snapshot, or by a chain of deltas.
 */
class StateDifferentialTest {
  private static final int KEYS = 12;
  private static final int WINDOWS = 12;
  private static final int OPERATIONS = 4_000;

  private static final StateTag<ValueState<String>> VALUE =
      StateTags.value("value", StringUtf8Coder.of());
  private static final StateTag<ValueState<List<Long>>> MUTABLE =
      StateTags.value("mutable", ListCoder.of(VarLongCoder.of()));
  static final StateTag<BagState<Long>> BAG = StateTags.bag("bag", VarLongCoder.of());
  private static final StateTag<CombiningState<Long, long[], Long>> SUM =
      StateTags.combiningValueFromInputInternal("sum", VarLongCoder.of(), Sum.ofLongs());
  private static final StateTag<SetState<Long>> SET = StateTags.set("set", VarLongCoder.of());
  private static final StateTag<MapState<String, Long>> MAP =
      StateTags.map("map", StringUtf8Coder.of(), VarLongCoder.of());
  private static final StateTag<MultimapState<String, Long>> MULTIMAP =
      StateTags.multimap("multimap", StringUtf8Coder.of(), VarLongCoder.of());
  private static final StateTag<OrderedListState<Long>> LIST =
      StateTags.orderedList("list", VarLongCoder.of());
  private static final StateTag<WatermarkHoldState> HOLD =
      StateTags.makeSystemTagInternal(
          StateTags.watermarkStateInternal("hold", TimestampCombiner.EARLIEST));
  static final ImmutableList<StateTag<?>> TAGS =
      ImmutableList.of(VALUE, MUTABLE, BAG, SUM, SET, MAP, MULTIMAP, LIST, HOLD);

  private final Map<String, InMemoryStateInternals<String>> expected = new HashMap<>();
  private StateBackend backend = StateBackend.HEAP;
  private StageState state = backend.open(Stores.layout(true));
  private StateStore store = state.store();
  private final List<StateEntry> chain = new ArrayList<>();
  private long commit;
  private Random random = new Random();

  private void open(StateBackend of) {
    backend = of;
    state = of.open(Stores.layout(true));
    store = state.store();
  }

  private StateInternals expected(String key) {
    return expected.computeIfAbsent(key, InMemoryStateInternals::forKey);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void stateIsTheSame(long seed) throws IOException {
    stateIsTheSame(seed, StateBackend.HEAP);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void stateThatLeavesTheHeapIsTheSame(long seed) throws IOException {
    stateIsTheSame(seed, new EvictingStateBackend());
  }

  private void stateIsTheSame(long seed, StateBackend backend) throws IOException {
    random = new Random(seed);
    open(backend);
    for (int i = 0; i < OPERATIONS; i++) {
      String key = "key" + random.nextInt(KEYS);
      StateNamespace namespace = window(random.nextInt(WINDOWS));
      StateTag<?> tag = TAGS.get(random.nextInt(TAGS.size()));
      String what = "seed " + seed + ", operation " + i + ", " + key + " " + namespace + " " + tag;
      long choice = random.nextLong();
      Object ours = operate(Stores.key(store, key).stateInternals(), namespace, tag, choice);
      Object theirs = operate(expected(key), namespace, tag, choice);
      assertThat(what, ours, is(theirs));
      if (random.nextInt(10) == 0) {
        state.endBatch();
      }
      if (random.nextInt(50) == 0) {
        commit();
      }
      if (random.nextInt(500) == 0) {
        restore();
      }
    }
    compareAll("seed " + seed);
    commit();
    restore();
    compareAll("seed " + seed + ", restored");
  }

  private void commit() throws IOException {
    commit++;
    if (random.nextInt(10) == 0) {
      chain.clear();
      StateSnapshot snapshot = store.freeze(commit, SnapshotScope.EVERYTHING);
      snapshot.writeTo(chain::add);
      snapshot.close();
    } else {
      KeyGroupRange whole = randomGroups();
      chain.removeIf(entry -> whole.contains(entry.keyGroup()));
      StateSnapshot snapshot = store.freeze(commit, new SnapshotScope(false, whole));
      snapshot.writeTo(chain::add);
      if (random.nextBoolean()) {
        snapshot.close();
      }
    }
  }

  /** Half of the time none, otherwise some that are written as a whole. */
  private KeyGroupRange randomGroups() {
    int first = random.nextInt(Stores.KEY_GROUPS);
    return random.nextBoolean()
        ? SnapshotScope.CHANGES.keyGroups()
        : new KeyGroupRange(first, first + random.nextInt(Stores.KEY_GROUPS));
  }

  private void restore() throws IOException {
    commit();
    open(backend);
    Stores.restore(store, commit, chain, Stores.ALL);
  }

  private void compareAll(String what) {
    long minHold = EventTime.MAX;
    for (int key = 0; key < KEYS; key++) {
      for (int window = 0; window < WINDOWS; window++) {
        for (StateTag<?> tag : TAGS) {
          assertThat(
              what,
              read(Stores.key(store, "key" + key).stateInternals(), window(window), tag),
              is(read(expected("key" + key), window(window), tag)));
        }
        Instant hold = expected("key" + key).state(window(window), HOLD).read();
        minHold = hold == null ? minHold : Math.min(minHold, hold.getMillis());
      }
    }
    assertThat(what, store.minHold(), is(minHold));
  }

  /** Does something, chosen by a number, and gives what can be seen. */
  static Object operate(
      StateInternals state, StateNamespace namespace, StateTag<?> tag, long choice) {
    Random random = new Random(choice);
    long number = random.nextInt(8);
    String letter = "" + (char) ('a' + random.nextInt(8));
    int action = random.nextInt(10);
    if (action == 0) {
      state.state(namespace, tag).clear();
    } else if (action < 8) {
      change(state, namespace, tag, random, number, letter);
    }
    return read(state, namespace, tag);
  }

  private static void change(
      StateInternals state,
      StateNamespace namespace,
      StateTag<?> tag,
      Random random,
      long number,
      String letter) {
    if (tag == VALUE) {
      state.state(namespace, VALUE).write(letter);
    } else if (tag == MUTABLE) {
      List<Long> list = state.state(namespace, MUTABLE).read();
      list = list == null ? new ArrayList<>() : list;
      list.add(number);
      state.state(namespace, MUTABLE).write(list);
    } else if (tag == BAG) {
      state.state(namespace, BAG).add(number);
    } else if (tag == SUM) {
      if (random.nextBoolean()) {
        state.state(namespace, SUM).add(number);
      } else {
        state.state(namespace, SUM).addAccum(new long[] {number});
      }
    } else if (tag == SET) {
      switch (random.nextInt(3)) {
        case 0 -> state.state(namespace, SET).remove(number);
        case 1 -> state.state(namespace, SET).addIfAbsent(number);
        default -> state.state(namespace, SET).add(number);
      }
    } else if (tag == MAP) {
      switch (random.nextInt(3)) {
        case 0 -> state.state(namespace, MAP).remove(letter);
        case 1 -> state.state(namespace, MAP).putIfAbsent(letter, number);
        default -> state.state(namespace, MAP).put(letter, number);
      }
    } else if (tag == MULTIMAP) {
      if (random.nextInt(3) == 0) {
        state.state(namespace, MULTIMAP).remove(letter);
      } else {
        state.state(namespace, MULTIMAP).put(letter, number);
      }
    } else if (tag == LIST) {
      Instant time = Instant.ofEpochMilli(random.nextInt(10));
      if (random.nextInt(3) == 0) {
        state.state(namespace, LIST).clearRange(time, time.plus(3));
      } else {
        state.state(namespace, LIST).add(TimestampedValue.of(number, time));
      }
    } else {
      state.state(namespace, HOLD).add(Instant.ofEpochMilli(random.nextInt(1_000)));
    }
  }

  static Object read(StateInternals state, StateNamespace namespace, StateTag<?> tag) {
    if (tag == VALUE) {
      return "" + state.state(namespace, VALUE).read();
    } else if (tag == MUTABLE) {
      return "" + state.state(namespace, MUTABLE).read();
    } else if (tag == BAG) {
      return ImmutableList.copyOf(state.state(namespace, BAG).read());
    } else if (tag == SUM) {
      CombiningState<Long, long[], Long> sum = state.state(namespace, SUM);
      return sum.read() + " " + sum.isEmpty().read() + " " + sum.getAccum()[0];
    } else if (tag == SET) {
      return sorted(state.state(namespace, SET).read());
    } else if (tag == MAP) {
      return sorted(state.state(namespace, MAP).entries().read());
    } else if (tag == MULTIMAP) {
      MultimapState<String, Long> multimap = state.state(namespace, MULTIMAP);
      List<String> all = new ArrayList<>();
      for (String key : sorted(multimap.keys().read())) {
        all.add(key + ImmutableList.copyOf(multimap.get(key).read()));
      }
      return all + sorted(multimap.entries().read()).toString();
    } else if (tag == LIST) {
      return ImmutableList.copyOf(state.state(namespace, LIST).read());
    }
    return "" + state.state(namespace, HOLD).read();
  }

  private static <T> List<T> sorted(Iterable<T> elements) {
    List<T> list = new ArrayList<>(ImmutableList.copyOf(elements));
    list.sort(Comparator.comparing(Object::toString));
    return list;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void timersAreTheSame(long seed) throws Exception {
    timersAreTheSame(seed, StateBackend.HEAP);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void timersThatLeaveTheHeapAreTheSame(long seed) throws Exception {
    timersAreTheSame(seed, new EvictingStateBackend());
  }

  private void timersAreTheSame(long seed, StateBackend backend) throws Exception {
    random = new Random(seed);
    open(backend);
    InMemoryTimerInternals theirs = new InMemoryTimerInternals();
    long now = 0;
    for (int i = 0; i < OPERATIONS; i++) {
      String what = "seed " + seed + ", operation " + i;
      StateNamespace namespace = window(random.nextInt(4));
      String id = "id" + random.nextInt(10);
      KeyedState key = Stores.key(store, "key");
      if (random.nextInt(4) == 0) {
        key.deleteTimer(namespace, id, "family", TimeDomain.EVENT_TIME);
        theirs.deleteTimer(namespace, id, "family", TimeDomain.EVENT_TIME);
      } else {
        // One millisecond for each operation, because ties are broken in different ways.
        long timestamp = (now + random.nextInt(100)) * OPERATIONS + i;
        TimerData timer = Stores.timer(id, namespace, TimeDomain.EVENT_TIME, timestamp);
        key.setTimer(timer, true);
        theirs.setTimer(
            namespace,
            id,
            "family",
            timer.getTimestamp(),
            timer.getOutputTimestamp(),
            TimeDomain.EVENT_TIME);
      }
      if (random.nextInt(10) == 0) {
        state.endBatch();
      }
      if (random.nextInt(20) == 0) {
        now += random.nextInt(30);
        theirs.advanceInputWatermark(Instant.ofEpochMilli(now * OPERATIONS));
        TimerData fired;
        do {
          FiredTimer ours = store.pollTimer(TimeDomain.EVENT_TIME, now * OPERATIONS);
          fired = theirs.removeNextEventTimer();
          assertThat(what, ours == null ? null : ours.data(), is(fired));
        } while (fired != null);
      }
      Instant next = theirs.getNextTimer(TimeDomain.EVENT_TIME);
      assertThat(
          what,
          store.nextTimer(TimeDomain.EVENT_TIME),
          is(next == null ? Long.MAX_VALUE : next.getMillis()));
      assertThat(what, store.minHold(), is(next == null ? EventTime.MAX : next.getMillis()));
      if (random.nextInt(50) == 0) {
        commit();
      }
      if (random.nextInt(500) == 0) {
        restore();
      }
    }
  }
}
