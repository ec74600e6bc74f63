package dev.microbatch.executor.state;

/**
 * A coder cannot encode something that is to be committed. Not an {@link java.io.IOException},
 * because it would fail as often as it is tried: the store has no part in it.
 */
public final class EncodingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param what what was to be encoded, such as "the state 'count'"
   * @param cause what the coder threw
   */
  public EncodingException(String what, Exception cause) {
    super(
        "Cannot encode "
            + what
            + ": "
            + cause
            + ". Its coder has to encode every value that it is given; the check of encodability"
            + " for tests finds the step that makes one that cannot be encoded",
        cause);
  }
}
