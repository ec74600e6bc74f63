package dev.microbatch.examples.log;

/**
 * A line that is no entry of an access log. The message is the reason, on one line. There is no
 * stack trace: bad lines are ordinary input, and there may be many.
 */
public final class MalformedLineException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedLineException(String reason) {
    super(reason, null, false, false);
  }
}
