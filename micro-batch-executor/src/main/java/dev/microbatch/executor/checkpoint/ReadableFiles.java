package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;

/** Named, immutable files in one place, for whoever knows their names. Thread-safe. */
public interface ReadableFiles {

  /** Where the files are, for messages. */
  String location();

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
