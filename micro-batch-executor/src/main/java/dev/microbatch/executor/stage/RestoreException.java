package dev.microbatch.executor.stage;

/** What a step kept cannot be restored. The message names the step and the reason. */
public final class RestoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RestoreException(String step, Throwable cause) {
    super("Cannot restore what the step " + step + " kept: " + cause.getMessage(), cause);
  }
}
