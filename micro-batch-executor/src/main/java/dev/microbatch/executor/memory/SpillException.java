package dev.microbatch.executor.memory;

import java.nio.file.Path;

/**
 * What has left memory cannot be written or read back, or the directory for it cannot be used. What
 * was kept there is lost; it is in the last commit, if there is one.
 */
public final class SpillException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param path the file or directory
   * @param problem what is wrong with it, and what helps, to follow its name
   * @param cause why, or null
   */
  public SpillException(Path path, String problem, Throwable cause) {
    super(path + " " + problem, cause);
  }
}
