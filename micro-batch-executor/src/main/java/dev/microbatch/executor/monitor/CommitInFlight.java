package dev.microbatch.executor.monitor;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The commit that is being written.
 *
 * @param commit its number
 * @param sinceNanos since when, by the monotone clock
 * @param freezeNanos how long batches waited for it to be handed over, in nanoseconds
 * @param trouble why it could not be written so far; null if it has not failed
 */
public record CommitInFlight(
    long commit, long sinceNanos, long freezeNanos, @Nullable CommitTrouble trouble) {

  /** How often it has been tried, this time included. */
  public int attempt() {
    return trouble == null ? 1 : trouble.attempts() + 1;
  }
}
