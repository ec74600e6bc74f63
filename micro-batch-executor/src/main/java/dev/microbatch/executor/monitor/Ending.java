package dev.microbatch.executor.monitor;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The end of a pipeline.
 *
 * @param outcome how it has ended
 * @param millis when, in milliseconds since the epoch
 * @param message what was thrown has said; null if nothing was, or it is not to be told
 */
public record Ending(Outcome outcome, long millis, @Nullable String message) {

  /** As a sentence without its subject. */
  String text() {
    return message == null ? outcome.text() : outcome.text() + ": " + message;
  }

  /** The same, without what was thrown has said. */
  Ending withoutMessage() {
    return new Ending(outcome, millis, null);
  }
}
