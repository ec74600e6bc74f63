package dev.microbatch.executor.checkpoint;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells files from what only has a name: to open a pipe waits forever, and a device never ends. */
final class RegularFile {

  private RegularFile() {}

  /** Something that is there and is no file. */
  static final class Other extends FileSystemException {
    private static final long serialVersionUID = 1L;

    Other(Path path) {
      super(path.toString(), null, "is not a regular file");
    }
  }

  /**
   * Refuses what is there and is no file, nor a link to one.
   *
   * @throws Other if it is a directory, a pipe, a device
   */
  static void check(Path path) throws Other {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new Other(path);
    }
  }
}
