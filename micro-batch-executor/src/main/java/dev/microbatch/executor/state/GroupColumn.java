package dev.microbatch.executor.state;

import dev.microbatch.executor.spill.RunWriter;
import java.io.IOException;

/**
 * What the keys of a table have gathered or combined, by the numbers of the keys.
 *
 * <p>Not thread-safe: owned by one task.
 */
interface GroupColumn {

  /** Makes the next row, of no values. */
  void create();

  /**
   * Adds a value.
   *
   * @param row the row
   * @param value the value
   * @param first whether the row has not changed since the last commit
   */
  void add(int row, Object value, boolean first);

  /**
   * Captures a row for a commit, to which it belongs from now on.
   *
   * @param row the row
   * @param full whether it is wanted as a whole; otherwise what has been added since the last time
   * @return the capture
   */
  Capture capture(int row, boolean full);

  /**
   * Writes the values of a row, in chunks of {@link Changes#CHUNK_BYTES}. It stays as it is.
   *
   * @param row the row
   * @param stored whether all of it is in a commit; otherwise what has been added since is not
   * @param run takes the chunks
   * @throws IOException if a coder throws it
   */
  void write(int row, boolean stored, RunWriter run) throws IOException;

  /** Makes an empty column of the same kind. */
  GroupColumn empty();

  /** What is to be weighed when a value was added: that value, or what it has become part of. */
  Object weighed(int row, Object value);

  /** Says what was made of the last capture of a row. */
  void captured(int row, FrozenGroup group);

  /**
   * Puts back what was stored of a row.
   *
   * @throws IOException if it cannot be decoded
   */
  void restore(int row, StateEntry entry) throws IOException;
}
