package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/** Named, immutable files in one place, as a reader sees them. Thread-safe. */
public interface StoredFiles {

  /** Where the files are, for messages. */
  String location();

  /**
   * The names of all files, those of others too. A file that is being written, or whose writer has
   * died, is left out where the store can tell.
   */
  SortedSet<String> list() throws IOException;

  /**
   * Reads a file.
   *
   * @param name the file
   * @param offset where to begin, in bytes
   * @throws java.io.FileNotFoundException or {@link java.nio.file.NoSuchFileException} if there is
   *     no such file
   */
  InputStream open(String name, long offset) throws IOException;
}
