package dev.microbatch.executor.checkpoint;

import static dev.microbatch.executor.checkpoint.Entries.delta;
import static dev.microbatch.executor.checkpoint.Entries.entry;
import static dev.microbatch.executor.checkpoint.Entries.full;
import static dev.microbatch.executor.checkpoint.Entries.values;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

/** What is committed comes back. */
class CheckpointLogTest {

  private final MemoryStore store = new MemoryStore();
  private long commit;

  private CheckpointLog open() {
    return SmallPipeline.begun(store, 2);
  }

  private RestoredCheckpoint restore() {
    return open().restored().orElseThrow();
  }

  private static CommitHeader header(long commit, int parallelism, Set<String> steps) {
    return new CommitHeader(
        "job", commit, 17, parallelism, 128, "fnv", "c0ffee", steps, CommitHeader.End.RUNNING);
  }

  private CommitStats commit(CheckpointLog log, Segment... segments) throws IOException {
    return commit(log, Map.of(), segments);
  }

  private CommitStats commit(
      CheckpointLog log, Map<String, byte[]> attachments, Segment... segments) throws IOException {
    return new Commit(header(++commit, 2, Set.of("a", "b")), List.of(segments), attachments)
        .to(log);
  }

  private static Segment a(StateSnapshot snapshot) {
    return new Segment("a", 0, snapshot);
  }

  @Test
  void anEmptyPlaceHasNothingToRestore() {
    CheckpointLog log = open();
    assertThat(log.restored().isPresent(), is(false));
    assertThat(log.epoch(), is(1L));
    assertThat(open().restored().isPresent(), is(false));
  }

  @Test
  void theHeaderComesBack() throws IOException {
    CommitHeader header =
        new CommitHeader(
            "jöb \"quoted\"\n",
            Long.MAX_VALUE,
            -1,
            3,
            128,
            "fnv",
            "c0ffee",
            Set.of("z", "a"),
            CommitHeader.End.DRAINED);
    new Commit(header, List.of(), Map.of()).to(open());
    assertThat(restore().header(), is(header));
  }

  @Test
  void entriesOfEveryKindComeBack() throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    for (StateEntry.Kind kind : StateEntry.Kind.values()) {
      for (StateEntry.Op op : StateEntry.Op.values()) {
        byte[] key = ("key" + entries.size()).getBytes(UTF_8);
        byte[] namespace = kind.name().getBytes(UTF_8);
        entries.add(new StateEntry(3, key, kind, namespace, "ucell", op, new byte[0]));
        entries.add(new StateEntry(3, key, kind, namespace, "ütag", op, key));
        entries.add(new StateEntry(4, new byte[0], kind, new byte[0], "", op, key));
      }
    }
    commit(open(), a(full(entries.toArray(StateEntry[]::new))));
    List<String> read = new ArrayList<>();
    RestoredCheckpoint restored = restore();
    RestoredCheckpoint.Chain chain = restored.chains().get(0);
    restored.read(chain, Entries.ALL, entry -> read.add(Entries.text(entry)));
    assertThat(read, is(entries.stream().map(Entries::text).toList()));
    assertThat(chain.entries(), is((long) entries.size()));
  }

  @Test
  void aDeltaIsReadAfterItsBase() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))), new Segment("b", 1, full(entry(2, "k", "b1"))));
    commit(log, a(delta(entry(1, "k", "2"))));
    commit(log, a(delta(entry(1, "k", "3"))), new Segment("b", 1, delta(entry(2, "k", "b2"))));
    RestoredCheckpoint restored = restore();
    assertThat(values(restored, "a", 0), is(List.of("1", "2", "3")));
    assertThat(values(restored, "b", 1), is(List.of("b1", "b2")));
    assertThat(restored.chains(), hasSize(2));
  }

  @Test
  void aFullSnapshotReplacesItsChain() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))));
    commit(log, a(delta(entry(1, "k", "2"))));
    commit(log, a(full(entry(1, "k", "3"))));
    assertThat(values(restore(), "a", 0), is(List.of("3")));
  }

  @Test
  void aChainGoesOnAfterARestore() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))));
    CheckpointLog next = open();
    assertThat(next.nextScope("a", 0).isEverything(), is(false));
    commit(next, a(delta(entry(1, "k", "2"))));
    assertThat(values(restore(), "a", 0), is(List.of("1", "2")));
  }

  @Test
  void anEmptyDeltaWritesNothing() throws IOException {
    CheckpointLog log = open();
    commit(log, a(delta()));
    commit(log, a(full(entry(1, "k", "1"))));
    assertThat(commit(log, a(delta())).files(), is(1));
    assertThat(values(restore(), "a", 0), is(List.of("1")));
  }

  @Test
  void anEmptyFullSnapshotIsABaseThatHasNoState() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))));
    commit(log, a(full()));
    assertThat(log.nextScope("a", 0).isEverything(), is(false));
    assertThat(restore().chains(), is(empty()));
    log = open();
    commit(log, a(delta(entry(1, "k", "2"))));
    assertThat(values(restore(), "a", 0), is(List.of("2")));
  }

  @Test
  void aDeltaToNothingIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> commit(open(), a(delta(entry(1, "k", "1")))));
    assertThat(e.getMessage(), containsString("step 'a' in partition 0 has a delta"));
  }

  @Test
  void segmentsThatDoNotFitAreRefused() throws IOException {
    CheckpointLog log = open();
    assertThrows(
        IllegalArgumentException.class, () -> commit(log, new Segment("unknown", 0, full())));
    assertThrows(IllegalArgumentException.class, () -> commit(log, a(full()), a(full())));
    commit(log, a(full()));
    commit = 0;
    assertThrows(IllegalArgumentException.class, () -> commit(log, a(full())));
    assertThat("no data is left behind: " + store.list(), store.list(), hasSize(2));
  }

  @Test
  void chainsOfOtherStepsAreDropped() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))), new Segment("b", 1, full(entry(2, "k", "b1"))));
    new Commit(header(++commit, 2, Set.of("b", "c")), List.of(), Map.of()).to(log);
    assertThat(log.nextScope("a", 0).isEverything(), is(true));
    assertThat(log.nextScope("b", 1).isEverything(), is(false));
    assertThat(restore().chains(), hasSize(1));
    assertThat(values(restore(), "b", 1), is(List.of("b1")));
  }

  @Test
  void anotherParallelismDropsAllChains() throws IOException {
    CheckpointLog log = open();
    commit(log, a(full(entry(1, "k", "1"))), new Segment("a", 1, full(entry(2, "k", "2"))));
    Segment whole = a(full(entry(1, "k", "1"), entry(2, "k", "2")));
    new Commit(header(++commit, 1, Set.of("a")), List.of(whole), Map.of()).to(log);
    RestoredCheckpoint restored = restore();
    assertThat(restored.chains(), hasSize(1));
    assertThat(values(restored, "a", 0), is(List.of("1", "2")));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Commit(
                    header(++commit, 3, Set.of("a")),
                    List.of(a(delta(entry(1, "k", "3")))),
                    Map.of())
                .to(log));
  }

  @Test
  void onlyTheWantedKeyGroupsAndWhatHasNoKeyAreRead() throws IOException {
    StateEntry[] entries = new StateEntry[129];
    for (int group = -1; group < 128; group++) {
      entries[group + 1] = entry(group, "k" + group, group + " " + "x".repeat(2000));
    }
    commit(open(), a(full(entries)));
    RestoredCheckpoint restored = restore();
    List<Integer> groups = new ArrayList<>();
    restored.read(
        restored.chains().get(0),
        new KeyGroupRange(100, 103),
        entry -> groups.add(entry.keyGroup()));
    assertThat(groups, is(List.of(-1, 100, 101, 102)));
  }

  @Test
  void attachmentsComeBackAndAreWrittenOnlyWhenTheyChange() throws IOException {
    CheckpointLog log = open();
    byte[] large = "plan".repeat(1000).getBytes(UTF_8);
    commit(log, Map.of("plan", large, "n", new byte[] {1}, "old", new byte[0]));
    CommitStats second = commit(log, Map.of("plan", large, "n", new byte[] {2}));
    assertThat(second.bytes(), is(lessThan(2000L)));
    assertThat(commit(log, Map.of("plan", large, "n", new byte[] {2})).files(), is(1));
    Map<String, byte[]> attachments = restore().attachments();
    assertThat(attachments.keySet(), is(Set.of("plan", "n")));
    assertThat(attachments.get("plan"), equalTo(large));
    assertThat(attachments.get("n"), equalTo(new byte[] {2}));
  }

  @Test
  void whatIsSmallSharesAFileAndWhatIsLargeHasItsOwn() throws IOException {
    String mega = "x".repeat(700_000);
    Segment small = a(full(entry(1, "k", "1")));
    Segment large = new Segment("b", 0, full(entry(1, "k", mega), entry(2, "l", mega)));
    Segment other = new Segment("b", 1, full(entry(1, "k", "2")));
    CommitStats stats = commit(open(), Map.of("n", new byte[] {1}), small, large, other);
    assertThat(stats.files(), is(3));
    assertThat(stats.bytes(), is(greaterThan(1_400_000L)));
    RestoredCheckpoint restored = restore();
    assertThat(values(restored, "b", 0), is(List.of(mega, mega)));
    assertThat(values(restored, "b", 1), is(List.of("2")));
    assertThat(restored.attachments().get("n"), equalTo(new byte[] {1}));
  }

  @Test
  void onlyWhatTheRetainedCommitsNeedIsKept() throws IOException {
    CheckpointLog log = SmallPipeline.begun(store, 3);
    for (int i = 0; i < 10; i++) {
      commit(log, a(full(entry(1, "k", "v" + i))));
    }
    SortedSet<String> files = store.list();
    assertThat(files.toString(), files, hasSize(1 + 3 + 3));
  }

  @Test
  void aNewEpochKeepsWhatItCameFromUntilItHasCommitsOfItsOwn() throws IOException {
    CheckpointLog log = open();
    for (int i = 0; i < 5; i++) {
      commit(log, a(full(entry(1, "k", "v" + i))));
    }
    log = open();
    commit(log, a(full(entry(1, "k", "new"))));
    SortedSet<String> files = store.list();
    String newest = files.stream().filter(name -> name.startsWith("m-")).toList().get(1);
    store.delete(newest);
    assertThat(values(restore(), "a", 0), is(List.of("v4")));
  }

  @Test
  void whatIsRefusedBeforeTheClaimLeavesNoTrace() throws IOException {
    commit(open(), a(full(entry(1, "k", "1"))));
    SortedSet<String> before = store.list();
    FaultyStore watched =
        new FaultyStore(store)
            .with(
                (number, operation, file) -> {
                  if (operation != FaultyStore.Operation.LIST
                      && operation != FaultyStore.Operation.OPEN) {
                    throw new AssertionError(operation + " " + file);
                  }
                });
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () ->
                CheckpointLog.open(
                    watched,
                    2,
                    0,
                    found -> {
                      throw new CheckpointException("no, commit " + found.get().header().commit());
                    }));
    assertThat(e.getMessage(), is("no, commit 1"));
    assertThat(store.list(), is(before));
  }

  @Test
  void whatIsCommittedAfterTheLookIsCheckedBehindTheClaim() throws IOException {
    CheckpointLog running = open();
    SortedSet<String> before = store.list();
    List<Boolean> found = new ArrayList<>();
    assertThrows(
        CheckpointException.class,
        () ->
            CheckpointLog.open(
                store,
                2,
                0,
                checkpoint -> {
                  found.add(checkpoint.isPresent());
                  if (checkpoint.isPresent()) {
                    throw new CheckpointException("of another pipeline");
                  }
                  try {
                    commit(running, a(full(entry(1, "k", "1"))));
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }));
    assertThat(found, is(List.of(false, true)));
    before.forEach(file -> assertThat(store.list().contains(file), is(true)));
    commit(running, a(full(entry(1, "k", "2"))));
    assertThat(values(restore(), "a", 0), is(List.of("2")));
  }

  @Test
  void anEpochThatNeverBeganLeavesNothingBehind() throws IOException {
    commit(open(), a(full(entry(1, "k", "1"))));
    SortedSet<String> before = store.list();
    CheckpointLog log = CheckpointLog.open(store, 2);
    assertThrows(IllegalStateException.class, () -> commit(log, a(full())));
    log.close();
    log.close();
    assertThat(store.list(), is(before));
    assertThrows(IllegalStateException.class, log::begin);
  }

  @Test
  void startsThatAreKilledAgainAndAgainDoNotPileUp() throws IOException {
    for (int i = 0; i < 50; i++) {
      CheckpointLog.open(store, 2); // killed before its first commit
    }
    assertThat(store.list().toString(), store.list(), hasSize(lessThan(12)));
    commit(open(), a(full(entry(1, "k", "1"))));
    for (int i = 0; i < 50; i++) {
      CheckpointLog.open(store, 2); // killed while it restores
    }
    assertThat(store.list().toString(), store.list(), hasSize(lessThan(14)));
    for (int i = 0; i < 50; i++) {
      open(); // killed in its first batch
    }
    assertThat(store.list().toString(), store.list(), hasSize(3));
    assertThat(values(restore(), "a", 0), is(List.of("1")));
  }

  @Test
  void aFullDiskDoesNotFillWithClaims() throws IOException {
    commit(open(), a(full(entry(1, "k", "1"))));
    int before = store.list().size();
    for (int i = 0; i < 20; i++) {
      FaultyStore faulty =
          new FaultyStore(store)
              .with(
                  (number, operation, file) -> {
                    if (operation == FaultyStore.Operation.WRITE && file.startsWith("m-")) {
                      throw new IOException("No space left on device");
                    }
                  });
      CheckpointLog log = CheckpointLog.open(faulty, 2);
      CheckpointException e = assertThrows(CheckpointException.class, log::begin);
      assertThat(e.getMessage(), containsString("No space left on device. Check that it can be"));
      log.close();
    }
    assertThat(store.list().toString(), store.list(), hasSize(before));
    assertThat(values(restore(), "a", 0), is(List.of("1")));
  }

  @Test
  void aStoreThatFailsWhileItIsClaimedKeepsNoClaim() throws IOException {
    commit(open(), a(full(entry(1, "k", "1"))));
    SortedSet<String> before = store.list();
    boolean failed = true;
    for (int at = 0; failed; at++) {
      FaultyStore faulty = new FaultyStore(store).failAt(at, FaultyStore.Outcome.ALL);
      try {
        CheckpointLog.open(faulty, 2).close();
      } catch (CheckpointException e) {
        assertThat(e.getMessage(), containsString("Cannot open the checkpoint in memory"));
      }
      failed = faulty.hasFailed();
      assertThat("operation " + at, store.list(), is(before));
    }
  }

  @Test
  void filesOfOthersAreLeftAlone() throws IOException {
    List<String> others = List.of("notes.txt", "m-1.json", "d-0000000001.bin", "c-.claim");
    others.forEach(name -> store.replace(name, new byte[] {1}));
    CheckpointLog log = open();
    for (int i = 0; i < 5; i++) {
      commit(log, a(full(entry(1, "k", "v" + i))));
    }
    assertThat(store.list().containsAll(others), is(true));
    assertThat(values(restore(), "a", 0), is(List.of("v4")));
  }
}
