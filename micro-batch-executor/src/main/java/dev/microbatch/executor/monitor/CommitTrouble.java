package dev.microbatch.executor.monitor;

/**
 * A commit that cannot be written, or not be gone back to, and is tried again.
 *
 * @param what what is tried, such as "Writing commit 7"
 * @param attempts how often it has failed
 * @param sinceNanos since when, by the monotone clock
 * @param maxMillis how long it is tried, in milliseconds
 * @param message what was thrown last
 */
public record CommitTrouble(
    String what, int attempts, long sinceNanos, long maxMillis, String message) {}
