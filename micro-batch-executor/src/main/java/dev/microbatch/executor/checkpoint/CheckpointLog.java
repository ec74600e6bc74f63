package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commits of one pipeline, each durable before the next begins.
 *
 * <h2>Protocol</h2>
 *
 * <ol>
 *   <li><em>Look</em>: find the newest checkpoint that is whole, without a trace, and let the
 *       caller refuse it. A start that does not fit disturbs nobody.
 *   <li><em>Open</em>: write a claim of the next epoch; list; find the newest checkpoint again, by
 *       epoch and commit; let the caller refuse that one, too, since the epoch before may have
 *       committed after the look.
 *   <li><em>Begin</em>: write it down again as the first manifest of the own epoch, so that nothing
 *       an older epoch still writes comes before it; list, and clean up as after a commit.
 *   <li><em>Commit</em>: write data files, then the manifest; list. If there is a higher epoch, the
 *       commit is refused and nothing is deleted. Otherwise it is durable.
 *   <li><em>Retention</em>: of the files in that same list, delete those that none of the newest
 *       commits needs.
 *   <li><em>Close</em>: an epoch that never began deletes its claim, the only file that it has
 *       written. One that has begun leaves its files to its successor.
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
 *       x; P keeps x and the one before, because it retains at least two. The first manifest of P
 *       counts as a commit here: it is x if P has made no other.
 *   <li><em>P writes nothing that anybody prefers.</em> Its epoch is lower than that of the
 *       manifest with which Q begins.
 * </ul>
 *
 * <h2>Why a claim in vain may be deleted</h2>
 *
 * All of this needs the claim of Q only if Q begins. Say that Q claims, does not begin, and deletes
 * its claim.
 *
 * <ul>
 *   <li><em>P may have seen the claim</em> and given up. The commit that it was at is there and was
 *       not reported; whoever comes next may find it, as after any crash.
 *   <li><em>P may have listed before the claim, or after the deletion.</em> Then it continues as if
 *       Q had never been: Q has deleted nothing, and has written nothing that anybody could prefer.
 *       What Q has found is of no consequence.
 *   <li><em>A newer epoch R may exist.</em> It has a claim of its own, by which P is fenced, and
 *       does not depend on that of Q.
 *   <li><em>R may come later and claim the same number as Q.</em> Q does not write under it any
 *       more, and names have their writer in them. While the claim of Q stands, R sees a rival.
 *   <li><em>No epoch that lives is ever below a number that is given out.</em> The number after the
 *       highest file is taken. Only who has begun deletes files of others, and its own claim stays
 *       until one that is higher has begun: so the highest claim of all that have begun is always
 *       there, and an epoch that has not begun has its own.
 * </ul>
 *
 * Therefore Q deletes its claim only while it has deleted nothing else and has not tried to write
 * its first manifest: that may come to light later, even if writing it has failed, and would then
 * come before what P has reported meanwhile.
 *
 * <p>A process that is killed between claim and beginning leaves the claim behind. A start that
 * finds more than {@value #MANY_CLAIMS} of them begins as soon as it has checked, and so cleans up.
 *
 * <p>A store that locks, as local disk does, has no zombies. Where a store is only eventually
 * consistent in listing, the fence is as good as its lists.
 *
 * <p>One thread at a time opens, begins, commits and closes; {@link #nextScope} may be called by
 * any.
 */
public final class CheckpointLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointLog.class);

  /** More claims than this are what is left of starts that were killed again and again. */
  static final int MANY_CLAIMS = 8;

  private final CheckpointStore store;
  private final Clock clock;
  private final FileName claim;
  private final Listing found;
  private final long epoch;
  private final Names names;
  private final ChainPolicy policy;
  private final Retention retention;
  private final Optional<RestoredCheckpoint> restored;
  private volatile @Nullable Manifest current;
  private Stage stage = Stage.OPEN;

  /** How far an epoch has come. It only moves on. */
  private enum Stage {
    /** It has a claim, and nothing else. */
    OPEN,
    /** It may have written a manifest. */
    BEGINNING,
    /** It may commit. */
    BEGUN,
    CLOSED
  }

  /** Decides whether a pipeline may resume from what there is. */
  @FunctionalInterface
  public interface Check {

    /**
     * Refuses what does not fit. Called twice with each start, before and after the claim.
     *
     * @param found the newest checkpoint that is whole; empty if nothing was ever committed
     * @throws CheckpointException if it is refused
     */
    void check(Optional<RestoredCheckpoint> found);
  }

  private CheckpointLog(
      CheckpointStore store,
      Clock clock,
      EpochClaim.Claimed claimed,
      int retained,
      ChainPolicy policy) {
    this.store = store;
    this.policy = policy;
    this.clock = clock;
    this.claim = claimed.claim();
    this.found = claimed.listing();
    this.epoch = claim.epoch();
    this.names = new Names(epoch, claim.writer());
    this.retention = new Retention(store, epoch, retained);
    this.restored = claimed.found().newest();
    List<Manifest> older = new ArrayList<>(claimed.found().older());
    Collections.reverse(older);
    older.forEach(retention::add);
    restored.ifPresent(
        newest -> {
          names.begin(newest.header().commit());
          current = newest.manifest();
        });
  }

  /**
   * {@link #open(CheckpointStore, int, long, Check)} with a state of up to 1 MiB taken for small,
   * and any checkpoint accepted.
   *
   * @param store where the checkpoint is
   * @param retained how many commits to keep
   */
  public static CheckpointLog open(CheckpointStore store, int retained) throws CheckpointException {
    return open(store, retained, ChainPolicy.SMALL_BYTES, found -> {});
  }

  /**
   * Finds the newest checkpoint that is whole, and claims a new epoch. A broken one that is newer
   * is logged and passed over.
   *
   * @param store where the checkpoint is; closed with the log, or when opening fails
   * @param retained how many commits to keep, at least 2
   * @param smallBytes how many bytes the state of a step and partition may have to be written as a
   *     whole now and then; a larger one is rewritten in turns
   * @param check refuses what does not fit. What is refused before the claim leaves no trace
   * @throws StoreUnavailableException if the store cannot be read or written now
   * @throws CheckpointException if there are checkpoints and none is whole, if a newer version of
   *     this runner wrote them, or by {@code check}
   */
  public static CheckpointLog open(
      CheckpointStore store, int retained, long smallBytes, Check check)
      throws CheckpointException {
    if (retained < 2) {
      throw new IllegalArgumentException("At least 2 commits have to be kept, not " + retained);
    }
    CheckpointLog log = null;
    boolean opened = false;
    try {
      ManifestReader reader = new ManifestReader(store);
      Optional<CheckpointFinder.Found> seen = CheckpointFinder.look(store, reader, retained);
      if (seen.isPresent()) {
        check.check(seen.get().newest());
      }
      EpochClaim.Claimed claimed = EpochClaim.take(store, reader, retained);
      log =
          new CheckpointLog(store, Clock.system(), claimed, retained, new ChainPolicy(smallBytes));
      claimed.found().logPassedOver(store.location());
      check.check(log.restored());
      if (claimed.listing().claims() > MANY_CLAIMS) {
        log.begin();
      }
      opened = true;
      return log;
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "Cannot open the checkpoint in "
              + store.location()
              + " ("
              + e
              + "): check that it can be read and written, and start again",
          e);
    } finally {
      if (!opened && log == null) {
        store.close();
      } else if (!opened) {
        log.close();
      }
    }
  }

  /** What the pipeline resumes from; empty if nothing was ever committed here. */
  public Optional<RestoredCheckpoint> restored() {
    return restored;
  }

  /**
   * The number of this run of the pipeline, higher than those of all runs that have begun before.
   */
  public long epoch() {
    return epoch;
  }

  /**
   * Takes over for good: to be called when all that can fail in a start has gone well. Once it has
   * begun, nothing happens when it is called again.
   *
   * @throws StoreUnavailableException if the first manifest cannot be written. The claim stays
   *     then, and beginning may be tried again
   * @throws IllegalStateException if the log is closed
   */
  public void begin() {
    if (stage == Stage.BEGUN) {
      return;
    }
    if (stage == Stage.CLOSED) {
      throw new IllegalStateException("The log cannot begin: it is closed");
    }
    stage = Stage.BEGINNING;
    retention.cleanClaims(found);
    Manifest newest = current;
    if (newest != null) {
      Manifest first = newest.adopted(names.manifest());
      try {
        DurableFile.write(store, first.name(), ManifestFormat.encode(first));
      } catch (IOException e) {
        throw new StoreUnavailableException(
            "Cannot take over the checkpoint in "
                + store.location()
                + ": "
                + e.getMessage()
                + ". Check that it can be written, and start again",
            e);
      }
      retention.add(first);
      current = first;
    }
    stage = Stage.BEGUN;
    cleanUp();
  }

  /** Deletes what earlier starts have left behind. The next commit does it if this fails. */
  private void cleanUp() {
    try {
      Listing listing = Listing.of(store);
      if (listing.above(epoch).isEmpty()) {
        retention.clean(listing);
      }
    } catch (IOException e) {
      LOG.warn("Could not clean up in {}, trying again later", store.location(), e);
    }
  }

  /** Where data files are written and read. Closed with the log. */
  public AttachedStore store() {
    return store;
  }

  /** Where the commits of this run go; its commit is the last one that there is, or 0. */
  public CommitTarget target() {
    Manifest newest = current;
    return newest == null
        ? new CommitTarget(store.location(), epoch, 0, 0)
        : new CommitTarget(store.location(), epoch, newest.header().commit(), newest.sequence());
  }

  /**
   * Begins a commit: says what has to be written before it can be made durable, and where. Nothing
   * is written yet.
   *
   * @param header what is to be said about the pipeline
   * @param attachments small named blobs, all of them: those that are as before are not written
   *     again
   * @throws IllegalArgumentException if the commit's number is less than that of the one before
   * @throws IllegalStateException if the log has not begun or is closed
   */
  public PendingCommit prepare(CommitHeader header, Map<String, byte[]> attachments) {
    checkBegun();
    Manifest previous = current;
    if (previous != null && header.commit() < previous.header().commit()) {
      throw new IllegalArgumentException(
          "Commit " + header.commit() + " comes after commit " + previous.header().commit());
    }
    Map<String, byte[]> fresh = new HashMap<>(attachments);
    Map<String, AttachmentRef> kept = new HashMap<>();
    attachments.forEach(
        (name, bytes) -> {
          AttachmentRef before = before(previous, name, bytes);
          if (before != null) {
            fresh.remove(name);
            kept.put(name, before);
          }
        });
    return new PendingCommit(
        header,
        new CommitTarget(store.location(), epoch, header.commit(), CommitWriter.sequence(previous)),
        fresh,
        kept,
        clock.nanos());
  }

  /** Where an attachment is if it is as before, and not to be written again for another reason. */
  private static @Nullable AttachmentRef before(
      @Nullable Manifest previous, String name, byte[] bytes) {
    AttachmentRef before = previous == null ? null : previous.attachments().get(name);
    return before != null
            && before.length() == bytes.length
            && before.sha256().equals(Sha256.hex(bytes))
            && !ChainPolicy.isPinned(before.file(), before.length(), previous)
        ? before
        : null;
  }

  private void checkBegun() {
    if (stage != Stage.BEGUN) {
      throw new IllegalStateException("The log cannot commit: it is " + stage);
    }
  }

  /**
   * Makes a commit durable. Called by one thread at a time. If it fails nothing has changed for
   * this log, and the same commit may be prepared, written and tried again; after a failure that is
   * not known to have had no effect, opening may find the commit or the one before.
   *
   * @param commit the commit
   * @param files what has been written of it. Segments that contain everything replace what there
   *     was of their step and partition, others are added
   * @throws FencedException if a newer epoch has taken over. Whether the commit counts is open
   * @throws IOException if it cannot be written; the message names the place and the file
   * @throws IllegalArgumentException if its segments do not fit what there is
   * @throws IllegalStateException if the log has not begun or is closed
   */
  public CommitStats commit(PendingCommit commit, WrittenFiles files) throws IOException {
    checkBegun();
    CommitHeader header = commit.header();
    names.begin(header.commit());
    CommitWriter.Written written =
        new CommitWriter(store, names, current, header).write(files, commit.kept());
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
        header.commit(),
        written.bytes(),
        written.files(),
        clock.nanos() - commit.startNanos(),
        1,
        written.steps());
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

  /** Gives the claim back, unless the epoch has begun, and closes the store too. Idempotent. */
  @Override
  public void close() {
    Stage last = stage;
    stage = Stage.CLOSED;
    if (last == Stage.OPEN) {
      EpochClaim.giveUp(store, claim);
    }
    store.close();
  }
}
