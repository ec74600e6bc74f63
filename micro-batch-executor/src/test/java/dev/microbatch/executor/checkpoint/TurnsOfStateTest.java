package dev.microbatch.executor.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A large state of which a little changes with each commit: what is restored is right at any time,
 * no commit writes much more than the others, and little that is out of date is kept.
 */
class TurnsOfStateTest {

  private static final int KEY_GROUPS = 128;
  private static final int PARALLELISM = 2;
  private static final int PARTITION = 1;
  private static final int KEYS = 2_000;
  private static final int VALUE_BYTES = 2_000;
  private static final KeyGroupRange GROUPS =
      KeyGroupRange.ofPartition(PARTITION, PARALLELISM, KEY_GROUPS);

  private final MemoryStore store = new MemoryStore();
  private final Map<Integer, String> keyed = new TreeMap<>();
  private final Map<Integer, String> unkeyed = new TreeMap<>();
  private final Set<Integer> changedKeyed = new TreeSet<>();
  private final Set<Integer> changedUnkeyed = new TreeSet<>();
  private Random random = new Random();
  private long commit;

  private void change(Map<Integer, String> state, Set<Integer> changed, int key) {
    if (random.nextInt(10) == 0) {
      state.remove(key);
    } else {
      state.put(key, random.nextInt(1_000_000) + "x".repeat(VALUE_BYTES));
    }
    changed.add(key);
  }

  private static int group(int key) {
    return GROUPS.first() + key % (GROUPS.end() - GROUPS.first());
  }

  private static StateEntry entry(int group, int key, String value) {
    return new StateEntry(
        group,
        (group < 0 ? "" : "key " + key).getBytes(UTF_8),
        group < 0 ? StateEntry.Kind.SPLIT : StateEntry.Kind.CELL,
        "/".getBytes(UTF_8),
        group < 0 ? "" + key : "cell",
        value != null ? StateEntry.Op.PUT : group < 0 ? StateEntry.Op.DELETE : StateEntry.Op.CLEAR,
        value == null ? new byte[0] : value.getBytes(UTF_8));
  }

  private CommitStats commit(CheckpointLog log) throws IOException {
    commit++;
    SnapshotScope scope = log.nextScope("step", PARTITION);
    Set<Integer> ofNoKey = new TreeSet<>(scope.isEverything() ? Set.of() : changedUnkeyed);
    if (scope.unkeyed()) {
      ofNoKey.addAll(unkeyed.keySet());
    }
    Set<Integer> ofKeys = new TreeSet<>(changedKeyed);
    ofKeys.removeIf(key -> scope.contains(group(key)));
    keyed.keySet().stream().filter(key -> scope.contains(group(key))).forEach(ofKeys::add);
    List<StateEntry> entries = new ArrayList<>();
    ofNoKey.forEach(key -> entries.add(entry(StateEntry.NO_KEY_GROUP, key, unkeyed.get(key))));
    ofKeys.stream()
        .sorted((a, b) -> Integer.compare(group(a), group(b)))
        .forEach(key -> entries.add(entry(group(key), key, keyed.get(key))));
    changedKeyed.clear();
    changedUnkeyed.clear();
    return new Commit(
            new CommitHeader(
                "large",
                commit,
                commit,
                PARALLELISM,
                KEY_GROUPS,
                "fnv",
                "abcd",
                Set.of("step"),
                CommitHeader.End.RUNNING),
            List.of(
                new Segment(
                    "step", PARTITION, Entries.partly(scope, entries.toArray(StateEntry[]::new)))),
            Map.of())
        .to(log);
  }

  private void assertRestored() throws IOException {
    try (CheckpointLog log = CheckpointLog.open(store, 2)) {
      RestoredCheckpoint restored = log.restored().orElseThrow();
      Map<Integer, String> foundKeyed = new TreeMap<>();
      Map<Integer, String> foundUnkeyed = new TreeMap<>();
      for (RestoredCheckpoint.Chain chain : restored.chains()) {
        assertThat("pieces", chain.pieces(), is(lessThan(150)));
        restored.read(
            chain,
            GROUPS,
            entry -> {
              boolean none = entry.keyGroup() < 0;
              Map<Integer, String> found = none ? foundUnkeyed : foundKeyed;
              int key =
                  Integer.parseInt(
                      none ? entry.cell() : new String(entry.key(), UTF_8).substring(4));
              if (entry.op() == StateEntry.Op.PUT) {
                found.put(key, new String(entry.value(), UTF_8));
              } else {
                found.remove(key);
              }
            });
      }
      assertThat("commit " + commit, foundKeyed.equals(keyed), is(true));
      assertThat("commit " + commit, foundUnkeyed.equals(unkeyed), is(true));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,20", "2,1", "3,100", "4,500"})
  void littleIsWrittenAndAllIsRestored(long seed, int changes) throws IOException {
    random = new Random(seed);
    for (int key = 0; key < KEYS; key++) {
      keyed.put(key, "x".repeat(VALUE_BYTES));
      changedKeyed.add(key);
      unkeyed.put(key % 20, "y".repeat(VALUE_BYTES));
      changedUnkeyed.add(key % 20);
    }
    long state = (long) KEYS * VALUE_BYTES;
    long most = 0;
    long sum = 0;
    int commits = 300;
    for (int opened = 0; opened < 6; opened++) {
      try (CheckpointLog log = SmallPipeline.begun(store, 2)) {
        for (int i = 0; i < commits / 6; i++) {
          CommitStats stats = commit(log);
          if (commit > 1) {
            most = Math.max(most, stats.bytes());
            sum += stats.bytes();
          }
          for (int change = 0; change < changes; change++) {
            change(keyed, changedKeyed, random.nextInt(KEYS));
          }
          change(unkeyed, changedUnkeyed, random.nextInt(20));
        }
        commit(log);
      }
      assertRestored();
    }
    long changed = (long) (changes + 1) * VALUE_BYTES;
    long turn = state / ChainPolicy.TURNS;
    assertThat("most", most, is(lessThan(3 * changed + 3 * turn)));
    assertThat("mean", sum / commits, is(lessThan(5 * changed / 2 + turn)));
    assertThat("kept", store.bytes(), is(lessThan(4 * state)));
    assertThat(sum, is(greaterThan(0L)));
  }
}
