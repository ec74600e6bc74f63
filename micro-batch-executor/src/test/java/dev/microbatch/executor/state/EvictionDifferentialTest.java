package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of operations on two backends, one on the heap, and one from which keys and
 * groups leave at random: the same is read, the same fires, and the same comes out of commits. Now
 * and then both are restored, each from what the other has written.
 */
class EvictionDifferentialTest {

  /** How many sequences are run; {@code -Deviction.sequences=100000} for a long one. */
  private static final int SEQUENCES = Integer.getInteger("eviction.sequences", 2_000);

  private static final int OPERATIONS = 50;
  private static final int KEYS = 3;
  private static final int WINDOWS = 2;
  private static final TimeDomain[] DOMAINS = TimeDomain.values();

  /** A backend with what it has written. */
  private abstract static class Side {
    StageState state;
    GroupTables lists;
    GroupTables sums;
    List<StateEntry> chain = new ArrayList<>();
    List<StateEntry> listChain = new ArrayList<>();
    List<StateEntry> sumChain = new ArrayList<>();

    /** Handles that are kept across batches. */
    final Map<String, KeyedState> keys = new TreeMap<>();

    final Map<String, BagState<Long>> bags = new TreeMap<>();

    abstract StageState open();

    final void begin() {
      state = open();
      state.store().indexWindows();
      lists = state.groupTables(content(StringUtf8Coder.of(), null));
      sums = state.groupTables(content(VarLongCoder.of(), Sum.ofLongs()));
      keys.clear();
      bags.clear();
    }

    @SuppressWarnings("unchecked") // Values and coders go together.
    private static GroupContent content(Coder<?> coder, CombineFn<?, ?, ?> combineFn) {
      Coder<?> of =
          combineFn == null ? coder : Sum.ofLongs().getAccumulatorCoder(null, VarLongCoder.of());
      return new GroupContent(
          (Coder<Object>) of, (CombineFn<Object, Object, Object>) combineFn, false);
    }

    KeyedState key(String key, boolean kept) {
      KeyedState fresh = keys.get(key);
      if (fresh == null || !kept) {
        fresh = Stores.key(state.store(), key);
        keys.put(key, fresh);
      }
      return fresh;
    }

    void commit(long commit, SnapshotScope scope) throws IOException {
      write(state.store().freeze(commit, scope), scope, chain);
      write(lists.freeze(commit, scope), scope, listChain);
      write(sums.freeze(commit, scope), scope, sumChain);
    }

    /** Ends a batch before it is written, as a loop does. */
    private void write(FrozenPart part, SnapshotScope scope, List<StateEntry> to)
        throws IOException {
      to.removeIf(
          entry ->
              entry.keyGroup() == StateEntry.NO_KEY_GROUP
                  ? scope.isEverything()
                  : scope.contains(entry.keyGroup()));
      state.endBatch();
      part.writeTo(to::add);
      part.close();
    }

    void restore(Side from, long commit) throws IOException {
      begin();
      Stores.restore(state.store(), commit, from.chain, Stores.ALL);
      for (StateEntry entry : from.listChain) {
        lists.restore(entry);
      }
      for (StateEntry entry : from.sumChain) {
        sums.restore(entry);
      }
    }
  }

  @Test
  void whatLeavesTheHeapMakesNoDifference() throws IOException {
    for (int seed = 0; seed < SEQUENCES; seed++) {
      new Sequence(seed).run();
    }
  }

  private static final class Sequence {
    private final long seed;
    private final Random random;
    private final Side heap =
        new Side() {
          @Override
          StageState open() {
            return StateBackend.HEAP.open(Stores.layout(true));
          }
        };
    private final Side evicting =
        new Side() {
          @Override
          StageState open() {
            Random eviction = new Random(seed);
            return EvictingStateBackend.open(
                Stores.layout(true), hot -> hot == 0 ? 0 : eviction.nextInt(hot + 1));
          }
        };
    private int operation;
    private long commit;
    private long now;
    private long fired;

    Sequence(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      heap.begin();
      evicting.begin();
    }

    void run() throws IOException {
      for (int i = 0; i < OPERATIONS; i++) {
        operation = i;
        same();
        int choice = random.nextInt(20);
        if (choice < 9) {
          cell();
        } else if (choice < 11) {
          bag();
        } else if (choice < 14) {
          setTimer();
        } else if (choice < 15) {
          fireTimers();
        } else if (choice < 17) {
          group();
        } else if (choice < 18 && random.nextInt(3) == 0) {
          fireGroups();
        } else if (choice < 19) {
          evicting.state.endBatch();
        } else {
          commit();
          if (random.nextInt(4) == 0) {
            restore();
          }
        }
      }
      operation = OPERATIONS;
      same();
      commit();
      restore();
      same();
      readAll();
      heap.commit(++commit, SnapshotScope.EVERYTHING);
      evicting.commit(commit, SnapshotScope.EVERYTHING);
      compare("everything", sorted(evicting.chain), sorted(heap.chain));
      compare("lists", sorted(evicting.listChain), sorted(heap.listChain));
      compare("sums", sorted(evicting.sumChain), sorted(heap.sumChain));
      now = 1_000;
      for (TimeDomain domain : DOMAINS) {
        fireTimers(domain);
      }
    }

    private void compare(String what, Object ours, Object theirs) {
      if (!ours.equals(theirs)) {
        assertThat("seed " + seed + ", operation " + operation + ", " + what, ours, is(theirs));
      }
    }

    private String key() {
      return "key" + random.nextInt(KEYS);
    }

    private StateNamespace namespace() {
      return window(random.nextInt(WINDOWS));
    }

    /** What can be seen of the stores without touching a key. */
    private void same() {
      StateStore ours = evicting.state.store();
      StateStore theirs = heap.state.store();
      compare("holds", ours.minHold(), theirs.minHold());
      compare("windows", ours.earliestWindow(), theirs.earliestWindow());
      compare("isEmpty", ours.isEmpty(), theirs.isEmpty());
      for (TimeDomain domain : DOMAINS) {
        compare("timers", ours.nextTimer(domain), theirs.nextTimer(domain));
      }
    }

    private void cell() {
      String key = key();
      boolean kept = random.nextBoolean();
      StateNamespace namespace = namespace();
      StateTag<?> tag =
          StateDifferentialTest.TAGS.get(random.nextInt(StateDifferentialTest.TAGS.size()));
      long choice = random.nextLong();
      compare(
          "cell",
          StateDifferentialTest.operate(
              evicting.key(key, kept).stateInternals(), namespace, tag, choice),
          StateDifferentialTest.operate(
              heap.key(key, kept).stateInternals(), namespace, tag, choice));
    }

    /** Reads every cell, after which all of them are decoded. */
    private void readAll() {
      for (int key = 0; key < KEYS; key++) {
        for (int start = 0; start < WINDOWS; start++) {
          for (StateTag<?> tag : StateDifferentialTest.TAGS) {
            compare(
                "cell",
                StateDifferentialTest.read(
                    evicting.key("key" + key, false).stateInternals(), window(start), tag),
                StateDifferentialTest.read(
                    heap.key("key" + key, false).stateInternals(), window(start), tag));
          }
        }
      }
    }

    /** Works on a cell by a handle from any time before. */
    private void bag() {
      String key = key();
      boolean kept = random.nextInt(4) > 0;
      int action = random.nextInt(3);
      long value = random.nextInt(100);
      compare("bag", bag(evicting, key, kept, action, value), bag(heap, key, kept, action, value));
    }

    private static Object bag(Side side, String key, boolean kept, int action, long value) {
      BagState<Long> bag = side.bags.get(key);
      if (bag == null || !kept) {
        bag = side.key(key, kept).stateInternals().state(window(0), StateDifferentialTest.BAG);
        side.bags.put(key, bag);
      }
      if (action == 0) {
        bag.clear();
      } else if (action == 1) {
        bag.add(value);
      }
      List<Long> values = new ArrayList<>();
      bag.read().forEach(values::add);
      return values;
    }

    private void setTimer() {
      String key = key();
      boolean kept = random.nextBoolean();
      StateNamespace namespace = namespace();
      String id = "id" + random.nextInt(3);
      TimeDomain domain = DOMAINS[random.nextInt(DOMAINS.length)];
      int action = random.nextInt(6);
      TimerData timer =
          timer(id, namespace, domain, now + random.nextInt(20), now + random.nextInt(20));
      boolean holds = random.nextBoolean();
      for (Side side : List.of(evicting, heap)) {
        KeyedState of = side.key(key, kept);
        if (action == 0) {
          of.deleteTimer(namespace, id, "family", domain);
        } else if (action == 1) {
          of.in(namespace).deleteTimers();
        } else {
          of.setTimer(timer, holds);
        }
      }
      KeyedState ours = evicting.key(key, true);
      KeyedState theirs = heap.key(key, true);
      compare("holds of a key", ours.minHold(), theirs.minHold());
      compare("timers of a key", ours.hasTimers(domain), theirs.hasTimers(domain));
    }

    private void fireTimers() {
      now += random.nextInt(10);
      fireTimers(DOMAINS[random.nextInt(DOMAINS.length)]);
    }

    private void fireTimers(TimeDomain domain) {
      boolean batches = random.nextBoolean();
      FiredTimer theirs;
      do {
        theirs = heap.state.store().pollTimer(domain, now);
        FiredTimer ours = evicting.state.store().pollTimer(domain, now);
        compare("timer", describe(ours), describe(theirs));
        if (batches) {
          evicting.state.endBatch();
        }
      } while (theirs != null);
    }

    private static String describe(FiredTimer timer) {
      return timer == null ? "none" : timer.key().key() + " " + timer.data();
    }

    private void group() {
      String key = key();
      long start = fired + random.nextInt(3);
      String text = "v" + random.nextInt(100);
      long number = random.nextInt(100);
      for (Side side : List.of(evicting, heap)) {
        add(side.lists, start, key, text);
        add(side.sums, start, key, number);
      }
    }

    private static void add(GroupTables tables, long start, String key, Object value) {
      IntervalWindow window =
          new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 10));
      GroupTables.Table table = tables.find(List.of(window));
      if (table == null) {
        table = tables.create(List.of(window), Long.MIN_VALUE);
      }
      table.add(Stores.CODEC.comparable(key), Stores.CODEC.hash(key), key, value);
    }

    private void fireGroups() {
      fired++;
      compare("lists", fire(evicting.lists), fire(heap.lists));
      compare("sums", fire(evicting.sums), fire(heap.sums));
    }

    private Map<String, Object> fire(GroupTables tables) {
      Map<String, Object> results = new TreeMap<>();
      while (tables.anyEndsBefore(fired + 9)) {
        GroupTables.ClosedWindow closed = tables.removeFirst();
        closed.emit((key, result) -> results.put(closed.window() + " " + key, result));
      }
      return results;
    }

    private void commit() throws IOException {
      int first = random.nextInt(Stores.KEY_GROUPS);
      KeyGroupRange turn = new KeyGroupRange(first, first + random.nextInt(Stores.KEY_GROUPS));
      SnapshotScope scope =
          switch (random.nextInt(5)) {
            case 0 -> SnapshotScope.EVERYTHING;
            case 1, 2 -> new SnapshotScope(false, turn);
            default -> SnapshotScope.CHANGES;
          };
      commit++;
      heap.commit(commit, scope);
      evicting.commit(commit, scope);
    }

    /** Each resumes from what the other has written, or from its own. */
    private void restore() throws IOException {
      boolean other = random.nextBoolean();
      List<StateEntry> chain = heap.chain;
      List<StateEntry> lists = heap.listChain;
      List<StateEntry> sums = heap.sumChain;
      heap.restore(other ? evicting : heap, commit);
      if (other) {
        heap.chain = evicting.chain;
        heap.listChain = evicting.listChain;
        heap.sumChain = evicting.sumChain;
        evicting.chain = chain;
        evicting.listChain = lists;
        evicting.sumChain = sums;
      }
      evicting.restore(evicting, commit);
    }

    private static List<String> sorted(List<StateEntry> entries) {
      List<String> lines = new ArrayList<>();
      for (StateEntry entry : entries) {
        lines.add(
            String.join(
                " ",
                new String(entry.key(), StandardCharsets.UTF_8),
                entry.kind().name(),
                entry.cell(),
                HexFormat.of().formatHex(entry.namespace()),
                entry.op().name(),
                HexFormat.of().formatHex(entry.value(), skipped(entry), entry.value().length)));
      }
      lines.sort(Comparator.naturalOrder());
      return lines;
    }

    /** The flags of a timer, and the number by which it was set: only their order is compared. */
    private static int skipped(StateEntry entry) {
      int skipped = 0;
      if (entry.kind() == StateEntry.Kind.TIMER) {
        do {
          skipped++;
        } while (entry.value()[skipped] < 0);
        skipped++;
      }
      return skipped;
    }
  }
}
