package dev.microbatch.executor.state;

import java.io.IOException;

/** Takes the entries of a snapshot. */
@FunctionalInterface
public interface EntrySink {

  /**
   * Takes one entry.
   *
   * @throws IOException if it cannot be written
   */
  void accept(StateEntry entry) throws IOException;
}
