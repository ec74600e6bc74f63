package dev.microbatch.executor.checkpoint;

import static dev.microbatch.executor.checkpoint.Entries.delta;
import static dev.microbatch.executor.checkpoint.Entries.entry;
import static dev.microbatch.executor.checkpoint.Entries.full;
import static dev.microbatch.executor.checkpoint.Entries.partly;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When state is rewritten. */
class ChainPolicyTest {

  private final MemoryStore store = new MemoryStore();
  private final CheckpointLog log = SmallPipeline.begun(store, 2);
  private long commit;

  private void commit(StateSnapshot snapshot) throws IOException {
    commit++;
    CommitHeader header =
        new CommitHeader(
            "job",
            100 * commit, // numbers of batches, of which not every one is a commit
            17,
            1,
            128,
            "fnv",
            "c0ffee",
            Set.of("step"),
            CommitHeader.End.RUNNING);
    new Commit(
            header,
            List.of(new Segment("step", 0, snapshot)),
            Map.of("plan", new byte[] {1}, "number", Long.toString(commit).getBytes(UTF_8)))
        .to(log);
  }

  private SnapshotScope next() {
    return log.nextScope("step", 0);
  }

  private boolean wantsFull() {
    return next().isEverything();
  }

  @Test
  void aChainBeginsWithABase() throws IOException {
    assertThat(wantsFull(), is(true));
    commit(full(entry(1, "k", "v")));
    assertThat(wantsFull(), is(false));
    assertThat(log.nextScope("step", 1), is(SnapshotScope.EVERYTHING));
    assertThat(log.nextScope("other", 0), is(SnapshotScope.EVERYTHING));
  }

  @Test
  void aChainHasALimitedNumberOfDeltas() throws IOException {
    commit(full(entry(1, "k", "v")));
    for (int i = 0; i < ChainPolicy.MAX_DELTAS; i++) {
      assertThat(wantsFull(), is(false));
      commit(delta(entry(1, "k", "v")));
    }
    assertThat(wantsFull(), is(true));
    commit(full(entry(1, "k", "v")));
    assertThat(wantsFull(), is(false));
  }

  @Test
  void deltasThatAreLargerThanTheirBaseAreReplaced() throws IOException {
    String mega = "x".repeat(1 << 20);
    commit(full(entry(1, "k", "v")));
    commit(delta(entry(1, "k", mega)));
    assertThat("more than 1 MiB", wantsFull(), is(true));
    commit(full(entry(1, "k", mega), entry(2, "l", mega)));
    assertThat(next(), is(SnapshotScope.CHANGES));
    commit(delta(entry(1, "k", mega + mega + mega + mega)));
    assertThat("twice as large as the base", wantsFull(), is(true));
  }

  @Test
  void aLargeStateIsWrittenAnewInTurns() throws IOException {
    String mega = "x".repeat(1 << 20);
    commit(full(entry(0, "a", mega), entry(64, "b", mega), entry(127, "c", mega + mega)));
    assertThat(next(), is(SnapshotScope.CHANGES));
    commit(delta(entry(0, "a", mega + mega)));
    assertThat("a quarter", next(), is(scope(true, 0, 31)));
    commit(partly(next(), entry(0, "a", mega), entry(64, "b", mega)));
    assertThat("what has changed since", next().unkeyed(), is(false));
    assertThat(next().keyGroups().first(), is(31));
  }

  @Test
  void aTurnComesAlsoWhenLittleHasChanged() throws IOException {
    commit(full(entry(1, "k", "x".repeat(2 << 20)), entry(2, "l", "y")));
    for (int turn = 0; turn < 3; turn++) {
      for (int i = 0; i < ChainPolicy.DELTAS_PER_TURN; i++) {
        assertThat(next(), is(SnapshotScope.CHANGES));
        commit(delta(entry(2, "l", "z")));
      }
      int from = Math.max(0, 3 * turn - 1);
      assertThat(next(), is(scope(turn == 0, from, 3 * turn + 2)));
      commit(partly(next()));
    }
  }

  private static SnapshotScope scope(boolean unkeyed, int first, int end) {
    return new SnapshotScope(unkeyed, new KeyGroupRange(first, end));
  }

  @Test
  void aSmallChainDoesNotKeepAnOldFile() throws IOException {
    commit(full(entry(1, "k", "v")));
    String first = store.list().stream().filter(name -> name.startsWith("d-")).toList().get(0);
    for (int i = 0; i < ChainPolicy.OLD_COMMITS; i++) {
      commit(delta());
      assertThat(wantsFull(), is(false));
    }
    commit(delta());
    assertThat(wantsFull(), is(true));
    assertThat(store.list(), hasItem(first));
    commit(full(entry(1, "k", "v")));
    commit(delta());
    commit(delta());
    assertThat(wantsFull(), is(false));
    assertThat("attachments do not keep it either", store.list(), not(hasItem(first)));
  }

  @Test
  void aLargeChainMayStayWhereItIs() throws IOException {
    commit(full(entry(1, "k", "x".repeat(CommitFiles.SHARED_BYTES))));
    for (int i = 0; i < ChainPolicy.OLD_COMMITS + 3; i++) {
      commit(delta());
    }
    assertThat(wantsFull(), is(false));
  }
}
