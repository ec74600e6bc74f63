package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/**
 * Named, immutable, durable files in one place. Low-level operations: each is one step of the
 * commit protocol, and each can be made to fail in a test.
 *
 * <p>A file is written once, and never appended to, renamed or overwritten. Nobody relies on a file
 * being either whole or absent: a reader has to find out by lengths and checksums.
 *
 * <p>Thread-safe: several files may be read and written at the same time, each by one thread.
 */
public interface CheckpointStore extends AutoCloseable {

  /** Where the files are, for messages. */
  String location();

  /**
   * The names of all files, those of others too. A file that is being written, or whose writer has
   * died, is left out where the store can tell.
   */
  SortedSet<String> list() throws IOException;

  /**
   * Begins a file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  NewFile create(String name) throws IOException;

  /**
   * Reads a file.
   *
   * @param name the file
   * @param offset where to begin, in bytes
   * @throws java.io.FileNotFoundException or {@link java.nio.file.NoSuchFileException} if there is
   *     no such file
   */
  InputStream open(String name, long offset) throws IOException;

  /** Deletes a file. No error if it is gone. */
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
