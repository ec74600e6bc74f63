package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.CODEC;
import static dev.microbatch.executor.state.Stores.KEY_GROUPS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** What any backend promises of groups that are read between two additions. */
abstract class TriggeredGroupsContractTest {

  private static final long LATENESS = 100;

  private StageState state;
  private TriggeredGroups groups;
  private final List<StateEntry> chain = new ArrayList<>();
  private TriggeredLayout layout = layout(gathering());
  private long commit;

  /** The backend that is tested. */
  abstract StateBackend backend();

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

  private static TriggeredLayout layout(GroupContent content) {
    return new TriggeredLayout(content, 1, LATENESS, true);
  }

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private void open(GroupContent content) {
    layout = layout(content);
    state = backend().open(Stores.layout(true));
    groups = state.triggeredGroups(layout);
  }

  private KeyWindows key(String key) {
    return groups.key(CODEC.comparable(key), key, CODEC.hash(key));
  }

  /** Changes something of a group. */
  @FunctionalInterface
  private interface Change {
    void of(TriggeredGroup group);
  }

  private void change(String key, IntervalWindow window, Change change) {
    KeyWindows of = key(key);
    TriggeredGroup group = groups.find(of, window);
    if (group == null) {
      group = groups.create(of, window, new TriggerMemory(1));
    }
    groups.changing(group);
    change.of(group);
    groups.settle(of);
  }

  private void add(String key, IntervalWindow window, @Nullable Object... values) {
    change(
        key,
        window,
        group -> {
          for (Object value : values) {
            groups.add(group, value);
          }
        });
  }

  private @Nullable Object content(String key, IntervalWindow window) {
    KeyWindows of = key(key);
    TriggeredGroup group = groups.find(of, window);
    Object content = group == null ? null : groups.pane(group, true);
    groups.settle(of);
    return content;
  }

  private List<StateEntry> freeze(SnapshotScope scope) throws IOException {
    state.endBatch();
    List<StateEntry> entries = new ArrayList<>();
    try (FrozenPart part = groups.freeze(++commit, scope)) {
      part.writeTo(entries::add);
    }
    chain.removeIf(entry -> scope.contains(entry.keyGroup()));
    chain.addAll(entries);
    return entries;
  }

  private void restore(KeyGroupRange range) throws IOException {
    state = backend().open(Stores.layout(CODEC, true, range));
    groups = state.triggeredGroups(layout);
    for (StateEntry entry : chain) {
      assertThat(groups.owns(entry), is(true));
      groups.restore(entry);
    }
  }

  @Test
  void aGroupIsReadBetweenAdditions() {
    open(gathering());
    add("a", window(0, 10), "x");
    assertThat(content("a", window(0, 10)), is(List.of("x")));
    state.endBatch();
    add("a", window(0, 10), "y", "z");
    Object before = content("a", window(0, 10));
    add("a", window(0, 10), "later");
    state.endBatch();
    assertThat("what was read does not change", before, is(List.of("x", "y", "z")));
    assertThat(content("a", window(0, 10)), is(List.of("x", "y", "z", "later")));
    assertThat(content("a", window(5, 15)), is(nullValue()));
  }

  @Test
  void accumulatorsStayWhenTheyAreRead() {
    open(summing());
    add("a", window(0, 10), 1L, 2L);
    assertThat(content("a", window(0, 10)), is(3L));
    state.endBatch();
    add("a", window(0, 10), 4L);
    assertThat(content("a", window(0, 10)), is(7L));
    change("a", window(0, 10), groups::removeContent);
    assertThat(content("a", window(0, 10)), is(0L));
  }

  @Test
  void groupsAreFoundByTime() {
    open(gathering());
    assertThat(groups.nextEnd(), is(Long.MAX_VALUE));
    assertThat(groups.minHold(), is(EventTime.MAX));
    change("a", window(0, 10), group -> group.setWakesAtEnd(true));
    change("b", window(0, 5), group -> group.holdAt(3, false));
    state.endBatch();
    assertThat(groups.nextEnd(), is(9L));
    assertThat(groups.minHold(), is(3L));
    assertThat(groups.findDue(9, 0, 0), is(nullValue()));
    assertThat(groups.findDue(10, 0, 0).key(), is("a"));
    change("a", window(0, 10), group -> group.setWakesAtEnd(false));
    change("b", window(0, 5), group -> group.holdAt(1, false));
    assertThat(groups.minHold(), is(1L));
    change("b", window(0, 5), TriggeredGroup::release);
    assertThat(groups.minHold(), is(EventTime.MAX));
    state.endBatch();
    assertThat(groups.findDue(10, 0, 0), is(nullValue()));
    assertThat("when it expires", groups.nextEnd(), is(104L));
    assertThat(groups.findDue(105, 0, 0).key(), is("b"));
  }

  @Test
  void wakeUpsComeInTheirDomain() {
    open(gathering());
    change("a", window(0, 10), of -> groups.wakeUp(of, TimeDomain.PROCESSING_TIME, 7, false));
    change(
        "b",
        window(0, 10),
        of -> groups.wakeUp(of, TimeDomain.SYNCHRONIZED_PROCESSING_TIME, 3, false));
    state.endBatch();
    assertThat(groups.nextWakeUp(TimeDomain.PROCESSING_TIME), is(7L));
    assertThat(groups.nextWakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME), is(3L));
    assertThat(groups.findDue(0, 7, 3), is(nullValue()));
    assertThat(groups.findDue(0, 8, 3).key(), is("a"));
    change("a", window(0, 10), of -> assertThat(of.memory().takeDue(8, 3) == null, is(false)));
    assertThat(groups.findDue(0, 8, 3), is(nullValue()));
    assertThat(groups.findDue(0, 8, 4).key(), is("b"));
  }

  @Test
  void theWakeUpOfAGroupThatIsGoneWakesNobody() {
    open(gathering());
    change("a", window(0, 10), of -> groups.wakeUp(of, TimeDomain.PROCESSING_TIME, 7, false));
    change("a", window(0, 10), groups::remove);
    assertThat(groups.nextWakeUp(TimeDomain.PROCESSING_TIME), is(Long.MAX_VALUE));
    assertThat(groups.findDue(0, 8, 0), is(nullValue()));
  }

  @Test
  void anEndThatMovesAwayIsFoundWhereItIs() {
    open(gathering());
    change("a", window(0, 10), group -> group.setWakesAtEnd(true));
    change("b", window(0, 12), group -> group.setWakesAtEnd(true));
    KeyWindows a = key("a");
    groups.merge(List.of(a.get(0)), window(0, 20));
    groups.settle(a);
    assertThat(groups.nextEnd(), is(11L));
    assertThat(groups.findDue(15, 0, 0).key(), is("b"));
    change("b", window(0, 12), groups::remove);
    assertThat(groups.findDue(19, 0, 0), is(nullValue()));
    assertThat(groups.findDue(20, 0, 0).key(), is("a"));
  }

  @Test
  void groupsMergeIntoOneWithTheContentsOfAll() {
    for (GroupContent content : List.of(gathering(), summing())) {
      Object[] values = content.gathers() ? new Object[] {"x", "y"} : new Object[] {1L, 2L};
      open(content);
      add("a", window(0, 10), values[0]);
      add("a", window(20, 30), values[1], values[1]);
      state.endBatch();
      KeyWindows key = key("a");
      List<TriggeredGroup> both =
          List.of(groups.find(key, window(20, 30)), groups.find(key, window(0, 10)));
      assertThat(groups.merge(both, window(0, 30)).window(), is(window(0, 30)));
      groups.settle(key);
      state.endBatch();
      assertThat(key("a").size(), is(1));
      assertThat(
          content("a", window(0, 30)),
          is(content.gathers() ? List.of("y", "y", "x") : (Object) 5L));
    }
  }

  @Test
  void allThatIsRememberedComesBackFromDeltas() throws IOException {
    for (GroupContent content : List.of(gathering(), summing())) {
      Object[] values = content.gathers() ? new Object[] {"x", "y"} : new Object[] {1L, 2L};
      open(content);
      chain.clear();
      add("a", window(0, 10), values[0]);
      add("a", window(5, 15), values[0]);
      add("b", window(0, 10), values[1]);
      freeze(SnapshotScope.CHANGES);
      assertThat(freeze(SnapshotScope.CHANGES), empty());
      add("a", window(0, 10), values[1], values[1]);
      change("b", window(0, 10), groups::remove);
      change(
          "a",
          window(0, 10),
          group -> {
            group.holdAt(4, true);
            group.setWakesAtEnd(true);
            group.setLastPane(new LastPane(3, 1, Timing.LATE));
            group.addAdditions(2);
            group.memory().set(0, 77);
            groups.wakeUp(group, TimeDomain.PROCESSING_TIME, 12, false);
          });
      freeze(SnapshotScope.CHANGES);
      Object first = content("a", window(0, 10));
      Object second = content("a", window(5, 15));
      restore(Stores.ALL);
      assertThat(content("a", window(0, 10)), is(first));
      assertThat(content("a", window(5, 15)), is(second));
      assertThat(content("b", window(0, 10)), is(nullValue()));
      change(
          "a",
          window(0, 10),
          group -> {
            assertThat(group.isHeldForExpiry(), is(true));
            assertThat(group.lastPane(), is(new LastPane(3, 1, Timing.LATE)));
            assertThat(group.additions(), is(2));
            assertThat(group.memory().get(0), is(77L));
          });
      assertThat(groups.minHold(), is(4L));
      assertThat(groups.nextEnd(), is(9L));
      assertThat(groups.nextWakeUp(TimeDomain.PROCESSING_TIME), is(12L));
      assertThat(groups.findDue(0, 13, 0).key(), is("a"));
      add("a", window(0, 10), values[0]);
      Object third = content("a", window(0, 10));
      freeze(SnapshotScope.CHANGES);
      restore(Stores.ALL);
      assertThat(content("a", window(0, 10)), is(third));
    }
  }

  @Test
  void mergedAndEmptiedGroupsComeBackAsTheyAre() throws IOException {
    open(gathering());
    add("a", window(0, 10), "x");
    add("a", window(20, 30), "y");
    add("b", window(0, 10), "z");
    freeze(SnapshotScope.CHANGES);
    KeyWindows key = key("a");
    groups.merge(List.of(key.get(0), key.get(1)), window(0, 30));
    groups.settle(key);
    change("b", window(0, 10), groups::removeContent);
    freeze(SnapshotScope.CHANGES);
    add("b", window(0, 10), "again");
    freeze(SnapshotScope.CHANGES);
    restore(Stores.ALL);
    assertThat(key("a").size(), is(1));
    assertThat(content("a", window(0, 30)), is(List.of("x", "y")));
    assertThat(content("b", window(0, 10)), is(List.of("again")));
  }

  @Test
  void aWindowThatIsGoneAndComesAgainHasNothingOfBefore() throws IOException {
    open(gathering());
    add("a", window(0, 10), "x");
    freeze(SnapshotScope.CHANGES);
    change("a", window(0, 10), groups::remove);
    add("a", window(0, 10), "new");
    freeze(SnapshotScope.CHANGES);
    restore(Stores.ALL);
    assertThat(content("a", window(0, 10)), is(List.of("new")));
  }

  @Test
  void accumulatorsAreCapturedAsTheyWereAtTheFreeze() throws IOException {
    open(summing());
    add("a", window(0, 10), 1L);
    state.endBatch();
    List<StateEntry> entries = new ArrayList<>();
    try (FrozenPart part = groups.freeze(++commit, SnapshotScope.CHANGES)) {
      add("a", window(0, 10), 10L);
      assertThat(content("a", window(0, 10)), is(11L));
      part.writeTo(entries::add);
    }
    chain.addAll(entries);
    restore(Stores.ALL);
    assertThat(content("a", window(0, 10)), is(1L));
  }

  @Test
  void groupsAreWrittenAsAWholeInTurnsAndSharedByKeyGroup() throws IOException {
    open(gathering());
    Map<String, Object> expected = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      add("key" + i, window(0, 10), "x" + i);
      expected.put("key" + i, List.of("x" + i));
    }
    freeze(SnapshotScope.CHANGES);
    for (int group = 0; group < KEY_GROUPS; group += 4) {
      for (int i = group; i < 40; i += 7) {
        add("key" + i, window(0, 10), "y" + group);
        expected.put("key" + i, content("key" + i, window(0, 10)));
      }
      change("key" + group, window(0, 10), groups::remove);
      expected.remove("key" + group);
      List<StateEntry> entries =
          freeze(new SnapshotScope(false, new KeyGroupRange(group, group + 4)));
      List<Integer> order = entries.stream().map(StateEntry::keyGroup).toList();
      assertThat(order, contains(order.stream().sorted().toArray()));
    }
    Map<String, Object> shares = new TreeMap<>();
    for (int part = 0; part < 4; part++) {
      KeyGroupRange range = KeyGroupRange.ofPartition(part, 4, KEY_GROUPS);
      restore(range);
      for (int i = 0; i < 40; i++) {
        Object content = content("key" + i, window(0, 10));
        if (content != null) {
          assertThat(shares.put("key" + i, content), is(nullValue()));
        }
      }
    }
    assertThat(shares, is(expected));
  }
}
