package dev.microbatch.executor.batch;

import dev.microbatch.executor.log.Warnings;
import org.slf4j.Logger;

/**
 * How far the batches have come ahead of a commit that cannot be written. What they change, and
 * what waits for the commit, stays in memory until then and is run again after a crash: so they go
 * on for a while only.
 *
 * <p>A commit that merely takes long does not count: it is going to end, and holding up the batches
 * would make a large state slower than it is.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class Backlog {

  private static final Logger LOG = Warnings.logger(MicroBatchLoop.class);

  /** How many records may be read since a commit was captured while it cannot be written. */
  static final long MAX_RECORDS = 1_000_000;

  /** For how long batches continue while a commit cannot be written, in milliseconds. */
  static final long MAX_MILLIS = 30_000;

  private long records;
  private boolean full;

  /** A commit was captured: what came before is in it. */
  void commit() {
    records = 0;
    full = false;
  }

  /** A batch has read records. */
  void batch(long read) {
    records += read;
  }

  /**
   * Whether the loop has to wait for the commit.
   *
   * @param failingMillis for how long the commit in flight has been failing, in milliseconds; -1 if
   *     it is not
   */
  boolean isFull(long failingMillis) {
    boolean was = full;
    full = failingMillis >= 0 && (records >= MAX_RECORDS || failingMillis >= MAX_MILLIS);
    if (full && !was) {
      LOG.warn(
          "Batches wait for a commit that cannot be written: {} records have been read since",
          records);
    }
    return full;
  }
}
