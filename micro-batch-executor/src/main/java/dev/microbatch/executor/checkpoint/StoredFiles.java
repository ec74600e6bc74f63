package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.SortedSet;

/** Named, immutable files in one place, as a reader sees them. Thread-safe. */
public interface StoredFiles extends ReadableFiles {

  /**
   * The names of all files, those of others too. A file that is being written, or whose writer has
   * died, is left out where the store can tell.
   */
  SortedSet<String> list() throws IOException;
}
