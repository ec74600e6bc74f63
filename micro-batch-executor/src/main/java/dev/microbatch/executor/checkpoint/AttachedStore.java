package dev.microbatch.executor.checkpoint;

import java.io.IOException;

/**
 * The part of a {@link CheckpointStore} that is given to whoever reads and writes data files where
 * the state is: it needs no lock, and does not look for files of others.
 *
 * <p>Thread-safe: several files may be read and written at the same time, each by one thread.
 */
public interface AttachedStore extends ReadableFiles, AutoCloseable {

  /**
   * Begins a file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  NewFile create(String name) throws IOException;

  /**
   * Deletes a file. No error if it is gone. Whoever has only attached deletes files that it has
   * written itself and that no manifest names.
   */
  void delete(String name) throws IOException;

  /** Lets go of the place. Idempotent. */
  @Override
  void close();

  /** A file that is being written, by one thread. */
  interface NewFile extends AutoCloseable {

    /** Appends bytes. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Completes the file: it is durable when this returns. */
    void finish() throws IOException;

    /** Lets go of it. Without {@link #finish} the file is given up and, if possible, deleted. */
    @Override
    void close();
  }
}
