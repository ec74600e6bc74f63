package dev.microbatch.executor.checkpoint;

/**
 * A checkpoint cannot be written, or cannot be restored. The message names what is wrong, where,
 * and what can be done.
 */
public class CheckpointException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Creates the exception. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
