package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Ids are remembered for their time, within their memory, and across restarts. */
class RecordIdsTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final SnapshotScope TURN =
      new SnapshotScope(true, SnapshotScope.CHANGES.keyGroups());

  private final Time time = new Time();

  private static final class Time implements Clock {
    long nanos;

    @Override
    public long millis() {
      return nanos / 1_000_000;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void await(Condition condition, long millis) {
      throw new UnsupportedOperationException();
    }
  }

  /** What a chain of commits holds, by the namespace and the cell of the entries. */
  private static final class Chain {
    final Map<List<String>, StateEntry> entries = new LinkedHashMap<>();
    long written;

    void commit(RecordIds ids, SnapshotScope scope) throws IOException {
      if (scope.isEverything()) {
        entries.clear();
      }
      try (FrozenPart part = ids.freeze(1, scope)) {
        part.writeTo(
            entry -> {
              List<String> id =
                  List.of(new String(entry.namespace(), StandardCharsets.UTF_8), entry.cell());
              written += entry.value().length;
              if (entry.op() == StateEntry.Op.DELETE) {
                entries.remove(id);
              } else {
                entries.put(id, entry);
              }
            });
      }
    }

    /** In any order, as after some turns. */
    RecordIds restore(Clock clock, RecordIdMemory memory, long seed) {
      RecordIds ids = new RecordIds(clock, true, memory);
      List<StateEntry> shuffled = new ArrayList<>(entries.values());
      Collections.shuffle(shuffled, new Random(seed));
      for (StateEntry entry : shuffled) {
        assertDoesNotThrow(() -> ids.restore(entry));
      }
      return ids;
    }

    long idsStored() {
      return entries.values().stream().mapToLong(e -> e.value().length / 16).sum();
    }
  }

  private RecordIds remembering(long nanos) {
    return new RecordIds(time, true, new RecordIdMemory(nanos, Long.MAX_VALUE));
  }

  private static byte[] id(long n) {
    return ByteBuffer.allocate(16).putLong(n).putLong(~n).array();
  }

  @Test
  void anIdIsNewOncePerSplit() {
    RecordIds ids = remembering(MINUTE);
    for (int split = 0; split < 3; split++) {
      for (long n = 0; n < 10_000; n++) {
        assertThat(ids.add(split, id(n)), is(true));
      }
    }
    for (long n = 0; n < 10_000; n++) {
      assertThat(ids.add(1, id(n)), is(false));
    }
    assertThat(ids.add(1, new byte[0]), is(true));
    assertThat(ids.add(1, new byte[0]), is(false));
  }

  @Test
  void anIdIsRememberedForItsTimeAfterItWasSeenLastAndForTwiceAtTheMost() {
    RecordIds ids = remembering(MINUTE);
    ids.add(0, id(1));
    ids.add(0, id(2));
    for (int i = 0; i < 10; i++) {
      time.nanos += MINUTE - 1;
      assertThat("seen a minute ago", ids.add(0, id(1)), is(false));
    }
    assertThat("seen ten minutes ago", ids.add(0, id(2)), is(true));
    time.nanos += 2 * MINUTE;
    assertThat("seen two minutes ago", ids.add(0, id(1)), is(true));
  }

  @Test
  void commitsHoldWhatIsRememberedInWhateverOrderItIsRestored() throws IOException {
    RecordIdMemory memory = new RecordIdMemory(MINUTE, Long.MAX_VALUE);
    Random random = new Random(7);
    RecordIds ids = new RecordIds(time, true, memory);
    Chain chain = new Chain();
    chain.commit(ids, SnapshotScope.EVERYTHING);
    NavigableMap<Long, Long> firstIdByTime = new TreeMap<>();
    long next = 0;
    for (int commit = 0; commit < 200; commit++) {
      firstIdByTime.putIfAbsent(time.nanos, next);
      int count = random.nextInt(300);
      for (int i = 0; i < count; i++) {
        assertThat(ids.add((int) (next % 2), id(next)), is(true));
        next++;
      }
      time.nanos += random.nextInt(5) * MINUTE / 10;
      chain.commit(ids, random.nextInt(20) == 0 ? TURN : SnapshotScope.CHANGES);
      if (random.nextInt(10) == 0) {
        ids = chain.restore(time, memory, commit);
      }
      RecordIds restored = chain.restore(time, memory, commit);
      for (long n = firstIdByTime.higherEntry(time.nanos - MINUTE).getValue(); n < next; n++) {
        assertThat("id " + n + ", " + commit, restored.add((int) (n % 2), id(n)), is(false));
      }
    }
  }

  @Test
  void eachIdIsWrittenAboutOnceAndWhatIsForgottenLeavesTheCommits() throws IOException {
    RecordIds ids = remembering(MINUTE);
    Chain chain = new Chain();
    int perCommit = 2_000;
    int commits = 600;
    long stored = 0;
    for (int commit = 0; commit < commits; commit++) {
      for (int i = 0; i < perCommit; i++) {
        ids.add(0, id((long) commit * perCommit + i));
      }
      time.nanos += TimeUnit.SECONDS.toNanos(1);
      chain.commit(ids, SnapshotScope.CHANGES);
      stored = Math.max(stored, chain.idsStored());
    }
    long bytes = 16L * perCommit * commits;
    assertThat(chain.written, lessThan(bytes * 3 / 2));
    assertThat("two minutes of ids", stored, lessThanOrEqualTo(120L * perCommit));
    time.nanos += 2 * MINUTE;
    chain.commit(ids, SnapshotScope.CHANGES);
    time.nanos += MINUTE;
    chain.commit(ids, SnapshotScope.CHANGES);
    assertThat("of a split that is idle", chain.entries.values(), is(empty()));
  }

  @Test
  void aFailedWriteCanBeRepeatedWhileIdsAreAdded() throws IOException {
    RecordIds ids = remembering(MINUTE);
    ids.add(0, id(1));
    try (FrozenPart part = ids.freeze(1, SnapshotScope.EVERYTHING)) {
      for (long n = 2; n < 5_000; n++) {
        ids.add(0, id(n));
      }
      for (int attempt = 0; attempt < 2; attempt++) {
        List<StateEntry> entries = new ArrayList<>();
        part.writeTo(entries::add);
        assertThat(entries, hasSize(1));
        assertThat(entries.get(0).value().length, is(16));
      }
    }
  }

  @Test
  void idsThatAnOlderVersionWroteOneByOneAreKnownAndReplaced() throws IOException {
    Chain chain = new Chain();
    for (long n = 0; n < 3; n++) {
      String hex = HexFormat.of().formatHex(id(n));
      byte[] nothing = {};
      chain.entries.put(
          List.of("4", hex),
          new StateEntry(
              StateEntry.NO_KEY_GROUP,
              nothing,
              StateEntry.Kind.RECORD_ID,
              "4".getBytes(StandardCharsets.UTF_8),
              hex,
              StateEntry.Op.PUT,
              nothing));
    }
    RecordIds ids = chain.restore(time, new RecordIdMemory(MINUTE, Long.MAX_VALUE), 1);
    assertThat(ids.add(4, id(2)), is(false));
    assertThat(ids.add(4, id(3)), is(true));
    chain.commit(ids, SnapshotScope.CHANGES);
    assertThat(chain.entries.keySet(), is(Set.of(List.of("4", "0.0"))));
    assertThat(chain.idsStored(), is(4L));
  }

  @Test
  void moreIdsThanFitMakeTheOldestBeForgotten() {
    long maxBytes = 1 << 20;
    RecordIds ids = new RecordIds(time, true, new RecordIdMemory(MINUTE, maxBytes));
    long count = 200_000;
    for (long n = 0; n < count; n++) {
      ids.add((int) (n % 5), id(n));
    }
    int known = 0;
    for (long n = count - 1; n >= 0; n--) {
      known += ids.add((int) (n % 5), id(n)) ? 0 : 1;
    }
    assertThat(known, greaterThan((int) (maxBytes / 100)));
    assertThat(known, lessThan((int) (maxBytes / 20)));
  }

  @Test
  void theFirstIdThatIsForgottenEarlyIsToldOf() {
    try (Log log = Log.of(RecordIds.class.getName())) {
      RecordIds ids = new RecordIds(time, true, new RecordIdMemory(MINUTE, 1 << 20));
      for (long n = 0; n < 10_000; n++) {
        ids.add(0, id(n));
      }
      assertThat("all fit", log.messages(Level.WARNING, ""), is(empty()));
      for (long n = 10_000; n < 200_000; n++) {
        time.nanos += MINUTE / 100_000;
        ids.add(0, id(n));
      }
      assertThat(log.messages(Level.WARNING, "Ids of records are forgotten after "), hasSize(1));
    }
  }

  @Test
  void anIdTakesNoMoreThanFiftyBytes() {
    Random random = new Random(1);
    for (int count : List.of(10_000, 100_000, 1_000_000)) {
      IdSet set = new IdSet();
      for (int i = 0; i < count; i++) {
        assertThat(set.add(random.nextLong(), random.nextLong()), is(true));
      }
      assertThat(set.size(), is(count));
      assertThat(set.bytes() / count, lessThan(50L));
      assertThat(set.bytes() / count, not(lessThan(16L)));
    }
  }
}
