package dev.microbatch.executor.state;

import java.io.IOException;

/**
 * Something that was captured between two batches for a commit. Immutable: what it was captured
 * from continues while this is written.
 *
 * <p>Thread-safe with respect to what it was captured from. One thread writes it.
 */
public interface FrozenPart extends AutoCloseable {

  /** Whether there is nothing to write. */
  boolean isEmpty();

  /**
   * Encodes it. May be called again until it is closed.
   *
   * @throws IOException if the sink throws it, or a coder
   * @throws IllegalStateException if it is closed
   */
  void writeTo(EntrySink sink) throws IOException;

  /** Lets go of what was captured. Idempotent. */
  @Override
  void close();
}
