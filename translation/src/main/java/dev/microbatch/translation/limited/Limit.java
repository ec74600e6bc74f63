package dev.microbatch.translation.limited;

import java.io.Serializable;
import java.util.concurrent.TimeUnit;

/**
 * When a read ends: at whichever bound is reached first.
 *
 * @param records how many records may be read, duplicates included; {@link Long#MAX_VALUE} if any
 *     number
 * @param nanos for how long may be read, in nanoseconds; {@link Long#MAX_VALUE} if forever
 */
record Limit(long records, long nanos) implements Serializable {

  static Limit of(long records, Long millis) {
    return new Limit(
        records, millis == null ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Whether the number of records is limited. */
  boolean isByRecords() {
    return records != Long.MAX_VALUE;
  }

  /** Whether the time is limited. */
  boolean isByTime() {
    return nanos != Long.MAX_VALUE;
  }

  /** How many records have to come; 0 if any number will do. */
  long recordsWanted() {
    return isByRecords() ? records : 0;
  }

  /** What is left of it when so many records have been read, or part of its time has passed. */
  Limit left(long read, long nanosPassed) {
    return new Limit(
        isByRecords() ? records - read : records,
        isByTime() ? Math.max(0, nanos - nanosPassed) : nanos);
  }

  /** The limit of one of several splits: an equal share of the records, and the whole time. */
  Limit share(int split, int splits) {
    return isByRecords()
        ? new Limit(records / splits + (split < records % splits ? 1 : 0), nanos)
        : this;
  }
}
