package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which checkpoints are kept, and the deletion of files that none of them needs. */
final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final CheckpointStore store;
  private final long epoch;
  private final int retained;

  /** The newest first. */
  private final Deque<Manifest> kept = new ArrayDeque<>();

  /**
   * Keeps nothing yet.
   *
   * @param store where to delete
   * @param epoch the own epoch
   * @param retained how many checkpoints to keep
   */
  Retention(CheckpointStore store, long epoch, int retained) {
    this.store = store;
    this.epoch = epoch;
    this.retained = retained;
  }

  /** Keeps one that is newer than all before, and lets go of the oldest. */
  void add(Manifest manifest) {
    kept.addFirst(manifest);
    while (kept.size() > retained) {
      kept.removeLast();
    }
  }

  /**
   * Deletes what is not needed: manifests and claims first, so that what they name is never missing
   * while they stand. A failure is logged and ends the round; the next commit begins another.
   *
   * @param listing what there was after the newest manifest became durable. That there was no
   *     higher epoch in it is what makes this safe; files that came later are not touched
   */
  void clean(Listing listing) {
    Set<String> needed = new HashSet<>();
    for (Manifest manifest : kept) {
      needed.add(manifest.name().toString());
      needed.addAll(manifest.files().keySet());
    }
    for (boolean data : new boolean[] {false, true}) {
      boolean deleted =
          delete(
              listing,
              file ->
                  (file.kind() == FileName.Kind.DATA) == data
                      && !isOwnClaim(file)
                      && !needed.contains(file.toString()));
      if (!deleted) {
        return;
      }
    }
  }

  /**
   * Deletes all claims but the own one. A failure is logged.
   *
   * @param listing what there was behind the own claim, and no higher epoch among it
   */
  void cleanClaims(Listing listing) {
    delete(listing, file -> file.kind() == FileName.Kind.CLAIM && !isOwnClaim(file));
  }

  private boolean isOwnClaim(FileName file) {
    return file.kind() == FileName.Kind.CLAIM && file.epoch() == epoch;
  }

  private boolean delete(Listing listing, Predicate<FileName> which) {
    for (FileName file : listing.files()) {
      if (which.test(file)) {
        try {
          store.delete(file.toString());
        } catch (IOException e) {
          LOG.warn("Could not delete {} in {}, trying again later", file, store.location(), e);
          return false;
        }
      }
    }
    return true;
  }
}
