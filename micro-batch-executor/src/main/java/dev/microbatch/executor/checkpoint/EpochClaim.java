package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims an epoch: whoever has claimed a higher one than all others may commit.
 *
 * <p>The claim, a file of its own, comes <em>before</em> the look at what there is. From then on
 * the epoch before is fenced: it looks for claims after each manifest, before it reports a commit
 * as durable. What it has reported stood there before the claim, so the look sees it; what it
 * finishes later was never reported. If somebody else claims at the same time, both give up and
 * start over, because neither can know whether the other has looked already.
 */
final class EpochClaim {

  private static final Logger LOG = LoggerFactory.getLogger(EpochClaim.class);

  /** How often to start over. Several processes that claim at once soon get out of step. */
  private static final int ATTEMPTS = 20;

  private EpochClaim() {}

  /**
   * An epoch that is claimed.
   *
   * @param claim its claim
   * @param listing what there was behind the claim
   * @param found what it resumes from
   */
  record Claimed(FileName claim, Listing listing, CheckpointFinder.Found found) {}

  /**
   * Claims the next epoch. If that fails, the claim is deleted.
   *
   * @param store the checkpoint
   * @param reader reads it; what it has found to be whole is not read again
   * @param count how many checkpoints to find, the newest included
   * @throws CheckpointException if there are only broken ones, or others claim all the time
   * @throws IOException if the store fails
   */
  static Claimed take(CheckpointStore store, ManifestReader reader, int count) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      FileName claim = FileName.claim(Listing.of(store).lastEpoch() + 1, Names.newWriter());
      Optional<Claimed> claimed = Optional.empty();
      try {
        claimed = take(store, reader, count, claim);
      } finally {
        if (claimed.isEmpty()) {
          giveUp(store, claim);
        }
      }
      if (claimed.isPresent()) {
        return claimed.get();
      }
    }
    throw new CheckpointException(
        "Several processes claim the checkpoint directory "
            + store.location()
            + " at the same time: start the pipeline once");
  }

  /** Writes one claim; nothing comes of it if there is a rival. */
  private static Optional<Claimed> take(
      CheckpointStore store, ManifestReader reader, int count, FileName claim) throws IOException {
    DurableFile.write(store, claim, text(claim));
    Listing listing = Listing.of(store);
    if (!listing.contains(claim) || listing.hasRivalOf(claim)) {
      return Optional.empty();
    }
    try {
      CheckpointFinder.Found found = new CheckpointFinder(store, listing, reader).find(count);
      // A newer epoch that has begun deletes manifests: what is passed over may have been whole.
      return !found.passedOver().isEmpty() && Listing.of(store).hasRivalOf(claim)
          ? Optional.empty()
          : Optional.of(new Claimed(claim, listing, found));
    } catch (IOException | CheckpointException e) {
      // Files may be missing because a newer epoch has deleted them. If not, it is serious.
      if (!Listing.of(store).hasRivalOf(claim)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** Deletes a claim under which nothing was done. A failure is logged: it may stay behind. */
  static void giveUp(CheckpointStore store, FileName claim) {
    try {
      store.delete(claim.toString());
    } catch (IOException e) {
      LOG.warn("Could not delete {} in {}", claim, store.location(), e);
    }
  }

  /** For a person who looks into the directory. */
  private static byte[] text(FileName claim) {
    return ("Epoch " + claim.epoch() + " is claimed by writer " + claim.writer() + ".\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
