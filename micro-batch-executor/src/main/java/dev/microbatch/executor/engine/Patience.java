package dev.microbatch.executor.engine;

/**
 * How long an engine waits for user code that is to end.
 *
 * @param stepMillis how long until it is asked again and the failure behind it is logged, in
 *     milliseconds, more than 0
 * @param totalMillis how long until its thread is left behind, in milliseconds
 */
record Patience(long stepMillis, long totalMillis) {

  /** Half a second, and half a minute. */
  static final Patience DEFAULT = new Patience(500, 30_000);
}
