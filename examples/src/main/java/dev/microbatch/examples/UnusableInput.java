package dev.microbatch.examples;

/**
 * The work was done to its end, but on an input of which too little could be used for the result to
 * be worth something. The message says how much and why; it is all the user sees, so there is no
 * stack trace.
 */
final class UnusableInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnusableInput(String message) {
    super(message, null, false, false);
  }
}
