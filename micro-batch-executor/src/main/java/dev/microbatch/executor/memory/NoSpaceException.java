package dev.microbatch.executor.memory;

import java.nio.file.Path;

/** There is no room on the disk for what does not fit into memory. */
public final class NoSpaceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param directory where it was to go
   * @param needed how many bytes are to be written
   * @param free how many there is room for
   * @param cause what the file system said; null if it was not tried
   */
  NoSpaceException(Path directory, long needed, long free, Throwable cause) {
    super(
        "There is no room in "
            + directory
            + " for what does not fit into memory: "
            + needed
            + " bytes are to be written, and "
            + free
            + " are free. Make room, or set spillDir to a directory on a larger disk",
        cause);
  }
}
