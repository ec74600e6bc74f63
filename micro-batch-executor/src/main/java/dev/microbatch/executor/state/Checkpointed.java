package dev.microbatch.executor.state;

import java.io.IOException;

/**
 * Something that a stage keeps between batches and that belongs to its commits, besides its {@link
 * StateStore}.
 *
 * <p>Not thread-safe: owned by one task. What {@link #freeze} gives may be written by another
 * thread meanwhile.
 */
public interface Checkpointed {

  /**
   * Captures what has changed since the last time, and what is asked for as a whole. What is
   * removed is said explicitly, unless everything is asked for.
   *
   * @param commit the number of the commit; greater than the one before
   * @param scope what is asked for as a whole
   */
  FrozenPart freeze(long commit, SnapshotScope scope);

  /** Whether an entry is one that this has written. */
  boolean owns(StateEntry entry);

  /**
   * Takes one entry back, before anything else happens. Entries come in the order in which they
   * were written; what was overwritten or removed later may have been left out.
   *
   * @throws IOException if it cannot be decoded
   */
  void restore(StateEntry entry) throws IOException;
}
