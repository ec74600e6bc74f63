package dev.microbatch.executor.spill;

/**
 * Groups in ascending order of key group, hash and key: of a run, or of what is in memory.
 *
 * <p>Not thread-safe.
 */
public interface GroupCursor {

  /**
   * Turns to the next group.
   *
   * @return whether there is one
   */
  boolean next();

  /** The group of the key. */
  int keyGroup();

  /** The hash of the key. */
  int hash();

  /** The encoded key. Not to be changed. */
  byte[] key();

  /** Whether older ones of the same table do not count for the key. */
  boolean replaces();

  /** Which table it is of, where several are merged. */
  default int table() {
    return 0;
  }
}
