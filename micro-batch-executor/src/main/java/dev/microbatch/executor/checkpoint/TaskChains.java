package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * The commit that a pipeline resumes from, as a task is told of it: where what it kept is, to be
 * read by the task itself.
 *
 * <p>Immutable.
 */
public final class TaskChains implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String location;
  private final long commit;
  private final int parallelism;
  private final TreeMap<ChainKey, List<SegmentRef>> chains;

  private TaskChains(
      String location, long commit, int parallelism, Map<ChainKey, List<SegmentRef>> chains) {
    this.location = location;
    this.commit = commit;
    this.parallelism = parallelism;
    this.chains = new TreeMap<>(chains);
  }

  /** The chains of all tasks. */
  static TaskChains of(String location, Manifest manifest) {
    CommitHeader header = manifest.header();
    return new TaskChains(location, header.commit(), header.parallelism(), manifest.chains());
  }

  /** The checkpoint directory, as {@link CheckpointStores#attach} takes it. */
  public String location() {
    return location;
  }

  /** The number of the commit. */
  public long commit() {
    return commit;
  }

  /** How many partitions each stage had. */
  public int parallelism() {
    return parallelism;
  }

  /**
   * The chains of some partitions only.
   *
   * @param wanted asked for a partition, as it was then
   */
  public TaskChains ofPartitions(IntPredicate wanted) {
    Map<ChainKey, List<SegmentRef>> some = new TreeMap<>(chains);
    some.keySet().removeIf(key -> !wanted.test(key.partition()));
    return new TaskChains(location, commit, parallelism, some);
  }

  /**
   * Reads what one task kept, in the order in which it was written.
   *
   * @param files where it is
   * @param step the name of the head of its stage
   * @param partition the partition, as it was then; nothing is read if it kept nothing
   * @param range the wanted key groups. Entries of others are left out, those that belong to no key
   *     are always given
   * @param sink takes the entries. Consecutive ones of one key have the same array as key
   * @throws StoreUnavailableException if a file is there and cannot be read now
   * @throws CheckpointException if a file is damaged
   * @throws IOException if a file is missing, or the sink throws it
   */
  public void read(
      ReadableFiles files, String step, int partition, KeyGroupRange range, EntrySink sink)
      throws IOException {
    List<SegmentRef> segments = chains.get(new ChainKey(step, partition));
    if (segments != null) {
      ChainReader.read(files, segments, range, sink);
    }
  }
}
