package dev.microbatch.executor.spill;

/**
 * The groups of a run, with whatever else is known of it where it is merged.
 *
 * <p>Not thread-safe.
 */
public interface RunCursor extends GroupCursor {

  /** Reads the run. */
  RunReader reader();

  @Override
  default boolean next() {
    return reader().next();
  }

  @Override
  default int keyGroup() {
    return reader().keyGroup();
  }

  @Override
  default int hash() {
    return reader().hash();
  }

  @Override
  default byte[] key() {
    return reader().key();
  }

  @Override
  default boolean replaces() {
    return reader().replaces();
  }
}
