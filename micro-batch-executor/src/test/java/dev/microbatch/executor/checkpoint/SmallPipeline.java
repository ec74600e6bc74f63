package dev.microbatch.executor.checkpoint;

import static dev.microbatch.executor.checkpoint.Entries.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pipeline whose state is the list of its own commits, {@code epoch:number}, kept three times: in
 * the chains of two steps and in an attachment. So a restored checkpoint shows whether it is
 * complete, and from which commits it descends.
 */
final class SmallPipeline implements AutoCloseable {

  private static final Map<String, byte[]> SAME = Map.of("plan", "always the same".getBytes(UTF_8));

  private final CheckpointLog log;
  private final List<String> durable;
  private List<String> pending;
  private long commit;

  private SmallPipeline(CheckpointLog log, List<String> history, long commit) {
    this.log = log;
    this.durable = new ArrayList<>(history);
    this.pending = history;
    this.commit = commit;
  }

  /** A log that has begun. */
  static CheckpointLog begun(CheckpointStore store, int retained) {
    CheckpointLog log = CheckpointLog.open(store, retained);
    log.begin();
    return log;
  }

  /** Starts, or resumes from what is there. */
  static SmallPipeline start(CheckpointStore store) throws IOException {
    return start(begun(store, 2));
  }

  /** Starts, or resumes from what is there, on a log that may not have begun yet. */
  static SmallPipeline start(CheckpointLog log) throws IOException {
    RestoredCheckpoint restored = log.restored().orElse(null);
    return restored == null
        ? new SmallPipeline(log, List.of(), 0)
        : new SmallPipeline(log, check(restored), restored.header().commit());
  }

  private static List<String> check(RestoredCheckpoint restored) throws IOException {
    List<String> history =
        List.of(new String(restored.attachments().get("history"), UTF_8).split(","));
    assertThat(Entries.values(restored, "a", 0), is(history));
    assertThat(Entries.values(restored, "b", 1), is(history));
    assertThat(restored.attachments().get("plan"), is(SAME.get("plan")));
    String last = history.get(history.size() - 1);
    assertThat(restored.header().commit(), is(Long.parseLong(last.split(":")[1])));
    return history;
  }

  /** The commits that were restored or have been reported as durable since. */
  List<String> durable() {
    return durable;
  }

  CheckpointLog log() {
    return log;
  }

  /** Takes a snapshot and makes it durable. */
  void commit() throws IOException {
    commit++;
    pending = new ArrayList<>(durable);
    pending.add(log.epoch() + ":" + commit);
    retry();
  }

  /** Tries the commit that has failed once more. */
  void retry() throws IOException {
    new Commit(
            header(commit),
            List.of(segment("a", 0), segment("b", 1)),
            Map.of("history", String.join(",", pending).getBytes(UTF_8), "plan", SAME.get("plan")))
        .to(log);
    durable.add(pending.get(pending.size() - 1));
  }

  private Segment segment(String step, int partition) {
    boolean full = log.nextScope(step, partition).isEverything();
    List<String> items = full ? pending : pending.subList(pending.size() - 1, pending.size());
    StateEntry[] entries =
        items.stream().map(item -> entry(partition, "key", item)).toArray(StateEntry[]::new);
    return new Segment(step, partition, full ? Entries.full(entries) : Entries.delta(entries));
  }

  static CommitHeader header(long commit) {
    return new CommitHeader(
        "small",
        commit,
        1000 * commit,
        2,
        128,
        "fnv",
        "abcd",
        Set.of("a", "b"),
        CommitHeader.End.RUNNING);
  }

  @Override
  public void close() {
    log.close();
  }
}
