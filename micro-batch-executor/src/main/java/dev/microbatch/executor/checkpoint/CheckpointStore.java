package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/**
 * Named files in one place, each written once and never changed. Every method is one step of the
 * commit protocol, so that a test can make each of them fail.
 *
 * <p>Thread-safe, but for a {@link NewFile}, which one thread writes.
 */
public interface CheckpointStore extends AutoCloseable {

  /** Where it is, for messages. */
  String location();

  /**
   * The names of all files, in order.
   *
   * @throws IOException if the place cannot be read
   */
  SortedSet<String> list() throws IOException;

  /**
   * Begins a new file.
   *
   * @param name its name, which has not been there
   * @throws IOException if it is there already, or cannot be written
   */
  NewFile create(String name) throws IOException;

  /**
   * Opens a file.
   *
   * @param name its name
   * @param offset where to begin, in bytes
   * @throws IOException if it is not there, or cannot be read
   */
  InputStream open(String name, long offset) throws IOException;

  /**
   * Deletes a file; one that is gone already is no error.
   *
   * @throws IOException if it cannot be deleted
   */
  void delete(String name) throws IOException;

  /** Lets others use the place. Does not throw. Idempotent. */
  @Override
  void close();

  /** A file that is being written. */
  interface NewFile extends AutoCloseable {

    /**
     * Writes some bytes.
     *
     * @throws IOException if they cannot be written
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Makes the file durable.
     *
     * @throws IOException if it may not be
     */
    void finish() throws IOException;

    /** Closes it. What is not finished may be left behind in part. Does not throw. */
    @Override
    void close();
  }
}
