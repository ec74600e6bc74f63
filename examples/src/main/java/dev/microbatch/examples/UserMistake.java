package dev.microbatch.examples;

/**
 * Something that the user typed cannot work: a file that is not there, an option that does not
 * exist. The message names it and says what to do; it is all the user sees, so there is no stack
 * trace.
 */
final class UserMistake extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UserMistake(String message) {
    super(message, null, false, false);
  }
}
