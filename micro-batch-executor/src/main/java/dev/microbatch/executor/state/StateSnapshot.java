package dev.microbatch.executor.state;

import java.io.IOException;

/**
 * What a store held, or what had changed in it, at a commit. Immutable: the store continues while
 * this is written.
 *
 * <p>Thread-safe with respect to its store. One thread writes it.
 */
public interface StateSnapshot extends FrozenPart {

  /** What it contains as a whole; of all else it contains the changes. */
  SnapshotScope scope();

  /**
   * Encodes the snapshot, in ascending order of key groups. The entries of one key follow each
   * other, in the order in which they have to be restored. May be called again until the snapshot
   * is closed.
   *
   * @throws IOException if the sink throws it, or a coder
   * @throws IllegalStateException if the snapshot is closed
   */
  @Override
  void writeTo(EntrySink sink) throws IOException;
}
