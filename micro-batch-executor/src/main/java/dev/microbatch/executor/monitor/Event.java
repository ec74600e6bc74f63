package dev.microbatch.executor.monitor;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Something that happens once, or seldom.
 *
 * @param number how many there have been with it
 * @param millis when, in milliseconds since the epoch
 * @param kind what
 * @param text what is to be said of it; nothing of it comes from user code but names of steps
 * @param message what was thrown has said, which may contain data; null if nothing was
 * @param thrown what was thrown, or null
 */
public record Event(
    long number,
    long millis,
    Kind kind,
    String text,
    @Nullable String message,
    @Nullable Throwable thrown) {

  /** What happens. */
  public enum Kind {
    /** The stages have been opened, from the beginning or from a commit. */
    STARTED,
    /** A batch has failed, and is run again. */
    RETRY,
    /** What failed has passed. */
    PASSED,
    /** The last commit cannot be read for now. */
    OUTAGE,
    /** A commit could not be written, and is tried again. */
    COMMIT_FAILED,
    /** Somebody has asked for something: a drain, a stop, a commit, or to give it up. */
    ASKED,
    /** The pipeline has ended. */
    ENDED
  }
}
