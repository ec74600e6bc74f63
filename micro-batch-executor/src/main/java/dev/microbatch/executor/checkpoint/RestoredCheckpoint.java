package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A commit that is whole: every file of it was there and unchanged when it was opened.
 *
 * <p>Thread-safe.
 */
public final class RestoredCheckpoint {

  private final CheckpointStore store;
  private final Manifest manifest;
  private final Map<String, byte[]> attachments;

  RestoredCheckpoint(CheckpointStore store, Manifest manifest, Map<String, byte[]> attachments) {
    this.store = store;
    this.manifest = manifest;
    this.attachments = Map.copyOf(attachments);
  }

  /**
   * What one task kept.
   *
   * @param step the name of the head of its stage
   * @param partition its partition
   * @param bytes how many bytes it has
   * @param pieces how many pieces it is in
   */
  public record Chain(String step, int partition, long bytes, int pieces) {}

  /** What the commit says of its pipeline. */
  public CommitHeader header() {
    return manifest.header();
  }

  /** What else belongs to the commit, by name. */
  public Map<String, byte[]> attachments() {
    return attachments;
  }

  /** Every task that kept something. */
  public List<Chain> chains() {
    List<Chain> chains = new ArrayList<>();
    for (Manifest.Chain chain : manifest.chains()) {
      long bytes = 0;
      for (Manifest.Piece piece : chain.pieces()) {
        bytes += piece.length();
      }
      chains.add(new Chain(chain.step(), chain.partition(), bytes, chain.pieces().size()));
    }
    return chains;
  }

  /**
   * Reads what a task kept: everything of the full snapshot, then each change since.
   *
   * @param chain one of {@link #chains}
   * @param range the key groups that are wanted; entries of others may come all the same
   * @param sink takes the entries
   * @throws IOException if a file cannot be read, or if the sink throws it
   */
  public void read(Chain chain, KeyGroupRange range, EntrySink sink) throws IOException {
    for (Manifest.Chain known : manifest.chains()) {
      if (known.step().equals(chain.step()) && known.partition() == chain.partition()) {
        for (Manifest.Piece piece : known.pieces()) {
          PieceReader.read(store, piece, range, sink);
        }
      }
    }
  }
}
