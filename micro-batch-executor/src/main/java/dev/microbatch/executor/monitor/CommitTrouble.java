package dev.microbatch.executor.monitor;

/**
 * A commit that cannot be written, or not be gone back to, and is tried again.
 *
 * @param what what is tried, such as "Writing commit 7"
 * @param attempts how often it has failed
 * @param sinceNanos since when, by the monotone clock
 * @param maxMillis how long it is tried, in milliseconds
 * @param kind the class of what was thrown last
 * @param message what was thrown last
 */
public record CommitTrouble(
    String what, int attempts, long sinceNanos, long maxMillis, String kind, String message) {

  /** The same, without what was thrown has said. */
  CommitTrouble withoutMessage() {
    return new CommitTrouble(what, attempts, sinceNanos, maxMillis, kind, kind);
  }
}
