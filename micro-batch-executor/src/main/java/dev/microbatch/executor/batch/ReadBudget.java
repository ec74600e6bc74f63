package dev.microbatch.executor.batch;

import dev.microbatch.executor.time.Clock;

/**
 * Steers for how long sources read in a batch, and how many records, so that the whole batch comes
 * near its target time. Reading drives everything that happens in place behind it, and then the
 * time is what counts. Behind an exchange a record may cost any multiple of its reading: then the
 * number of records is what counts, and it begins small.
 *
 * <p>Not thread-safe: owned by the loop; handed on to the next one when a pipeline goes back to a
 * commit, so that it does not begin small again.
 */
final class ReadBudget {

  /** The time that a batch should take, in nanoseconds. */
  private static final long TARGET = Clock.toNanos(250);

  /** The first and the least reading time, in nanoseconds. */
  static final long LEAST = Clock.toNanos(5);

  /** The first number of records. */
  static final long FIRST_RECORDS = 64;

  private long nanos = LEAST;
  private long records = FIRST_RECORDS;

  /** For how long each source partition may read in the next batch, in nanoseconds. */
  long nanos() {
    return nanos;
  }

  /** How many records may be read in the next batch; {@link Long#MAX_VALUE} if any number. */
  long records() {
    return records;
  }

  /**
   * Learns from a batch.
   *
   * @param batchNanos how long it took
   * @param read how many records were read
   * @param exhausted whether the reading was ended by this budget rather than by a lack of records
   */
  void update(long batchNanos, long read, boolean exhausted) {
    if (batchNanos > TARGET) {
      if (nanos == LEAST || read >= records) {
        records = Math.max(1, (long) ((double) Math.min(records, read) * TARGET / batchNanos));
      }
      nanos = Math.max(LEAST, Math.max(nanos / 2, nanos * TARGET / batchNanos));
    } else if (exhausted) {
      nanos = Math.min(TARGET, nanos * 2);
      records = records > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : records * 2;
    }
  }
}
