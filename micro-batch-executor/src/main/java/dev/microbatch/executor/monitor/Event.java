package dev.microbatch.executor.monitor;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Something that happens once, or seldom.
 *
 * @param millis when, in milliseconds since the epoch
 * @param kind what
 * @param text what is to be said of it; may contain what user code has put into a message
 * @param thrown what was thrown, or null
 */
public record Event(long millis, Kind kind, String text, @Nullable Throwable thrown) {

  /** What happens. */
  public enum Kind {
    /** The stages have been opened, from the beginning or from a commit. */
    STARTED,
    /** A batch has failed, and is run again. */
    RETRY,
    /** What failed has passed. */
    PASSED,
    /** The last commit cannot be read or written for now. */
    OUTAGE,
    /** The pipeline has ended. */
    ENDED
  }
}
