package dev.microbatch.executor.checkpoint;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A checkpoint cannot be opened, read or continued. The message names the place or the file, and
 * what can be done.
 */
public class CheckpointException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Makes one without a cause. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Makes one with a cause, if there is one. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
