package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The commits of one pipeline, each durable before the next begins.
 *
 * <h2>Protocol</h2>
 *
 * <ol>
 *   <li><em>Open</em>: write a claim of the next epoch; list; find the newest checkpoint that is
 *       whole, by epoch and commit; write it down again as the first manifest of the own epoch, so
 *       that nothing an older epoch still writes comes before it.
 *   <li><em>Commit</em>: write data files, then the manifest; list. If there is a higher epoch, the
 *       commit is refused and nothing is deleted. Otherwise it is durable.
 *   <li><em>Retention</em>: of the files in that same list, delete those that none of the newest
 *       commits needs.
 * </ol>
 *
 * <h2>Why a zombie does no harm</h2>
 *
 * Say that epoch P lives on, in a process believed dead, while epoch Q takes over.
 *
 * <ul>
 *   <li><em>P reports nothing that Q does not know.</em> P reports a commit if it has listed after
 *       its manifest and has seen no claim of Q. Then the manifest was there before the claim, and
 *       Q lists after the claim.
 *   <li><em>P deletes nothing that Q needs.</em> P deletes after a list without Q's claim, and only
 *       files in that list. Let x be the commit before that list: x is its last one, since after x
 *       it sees the claim. Q finds x, or what P wrote after x, or, if x is damaged, the one before
 *       x; P keeps x and the one before, because it retains at least two.
 *   <li><em>P writes nothing that anybody prefers.</em> Its epoch is lower than that of the
 *       manifest with which Q begins.
 * </ul>
 *
 * <p>A store that locks, as local disk does, has no zombies. Where a store is only eventually
 * consistent in listing, the fence is as good as its lists.
 *
 * <p>One thread at a time opens, commits and closes; {@link #nextScope} may be called by any.
 */
public final class CheckpointLog implements AutoCloseable {

  private final CheckpointStore store;
  private final Clock clock;
  private final long epoch;
  private final Names names;
  private final ChainPolicy policy;
  private final Retention retention;
  private final Optional<RestoredCheckpoint> restored;
  private volatile @Nullable Manifest current;

  private CheckpointLog(
      CheckpointStore store,
      Clock clock,
      EpochClaim.Claimed claimed,
      int retained,
      ChainPolicy policy)
      throws IOException {
    this.store = store;
    this.policy = policy;
    this.clock = clock;
    this.epoch = claimed.claim().epoch();
    this.names = new Names(epoch, claimed.claim().writer());
    this.retention = new Retention(store, epoch, retained);
    List<Manifest> older = new ArrayList<>(claimed.found().older());
    Collections.reverse(older);
    older.forEach(retention::add);
    Manifest newest = claimed.found().newest().orElse(null);
    if (newest == null) {
      this.restored = Optional.empty();
    } else {
      names.begin(newest.header().commit());
      Manifest first = newest.adopted(names.manifest());
      DurableFile.write(store, first.name(), ManifestFormat.encode(first));
      retention.add(first);
      this.restored = Optional.of(RestoredCheckpoint.load(store, first));
      this.current = first;
    }
  }

  /**
   * {@link #open(CheckpointStore, int, long)} with a state of up to 1 MiB taken for small.
   *
   * @param store where the checkpoint is
   * @param retained how many commits to keep
   */
  public static CheckpointLog open(CheckpointStore store, int retained) throws CheckpointException {
    return open(store, retained, ChainPolicy.SMALL_BYTES);
  }

  /**
   * Finds the newest checkpoint that is whole, and begins a new epoch. A broken one that is newer
   * is logged and passed over.
   *
   * @param store where the checkpoint is; closed with the log, or when opening fails
   * @param retained how many commits to keep, at least 2
   * @param smallBytes how many bytes the state of a step and partition may have to be written as a
   *     whole now and then; a larger one is written anew in turns
   * @throws CheckpointException if there are checkpoints and none is whole, if a newer version of
   *     this runner wrote them, or if the store cannot be read or written
   */
  public static CheckpointLog open(CheckpointStore store, int retained, long smallBytes)
      throws CheckpointException {
    if (retained < 2) {
      throw new IllegalArgumentException("At least 2 commits have to be kept, not " + retained);
    }
    boolean opened = false;
    try {
      CheckpointLog log =
          new CheckpointLog(
              store,
              Clock.system(),
              EpochClaim.take(store, retained),
              retained,
              new ChainPolicy(smallBytes));
      opened = true;
      return log;
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot open the checkpoint in "
              + store.location()
              + " ("
              + e
              + "): check that it can be read and written, and start again",
          e);
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  /** What the pipeline goes on from; empty if nothing was ever committed here. */
  public Optional<RestoredCheckpoint> restored() {
    return restored;
  }

  /** The number of this run of the pipeline, higher than those of all runs before. */
  public long epoch() {
    return epoch;
  }

  /**
   * Makes a commit durable. Called by one thread at a time. If it fails nothing has changed for
   * this log, and the same commit may be tried again; after a failure that is not known to have had
   * no effect, opening may find the commit or the one before.
   *
   * @param commit what to write; the caller closes its snapshots. Full ones replace what there was
   *     of their step and partition, others are added
   * @throws FencedException if a newer epoch has taken over. Whether the commit counts is open
   * @throws IOException if it cannot be written; the message names the place and the file
   * @throws IllegalArgumentException if the commit's number is less than that of the one before, or
   *     its segments do not fit what there is
   */
  public CommitStats commit(Commit commit) throws IOException {
    long start = clock.nanos();
    CommitHeader header = commit.header();
    Manifest previous = current;
    if (previous != null && header.commit() < previous.header().commit()) {
      throw new IllegalArgumentException(
          "Commit " + header.commit() + " comes after commit " + previous.header().commit());
    }
    names.begin(header.commit());
    CommitWriter.Written written = new CommitWriter(store, names, previous, header).write(commit);
    Listing listing = Listing.of(store);
    Optional<FileName> newer = listing.above(epoch);
    if (newer.isPresent()) {
      throw new FencedException(
          "Another process has taken over the checkpoint in "
              + store.location()
              + " (epoch "
              + epoch
              + ", found "
              + newer.get()
              + "): this one has to stop. Run the pipeline once, or give each its own directory");
    }
    current = written.manifest();
    retention.add(written.manifest());
    retention.clean(listing);
    return new CommitStats(
        header.commit(), written.bytes(), written.files(), clock.nanos() - start);
  }

  /**
   * What the next snapshot of a step and partition should contain as a whole, as far as is durable
   * now: everything if there is none yet, or if what there is is small and scattered; a part of a
   * large state, so that deltas do not pile up.
   */
  public SnapshotScope nextScope(String step, int partition) {
    Manifest manifest = current;
    return manifest == null
        ? SnapshotScope.EVERYTHING
        : policy.nextScope(manifest, new ChainKey(step, partition));
  }

  /** Closes the store too. Idempotent. */
  @Override
  public void close() {
    store.close();
  }
}
