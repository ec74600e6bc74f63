package dev.microbatch.translation.limited;

import java.io.Serializable;
import java.util.concurrent.TimeUnit;

/**
 * When a read ends: at whichever bound is reached first.
 *
 * @param records how many records may be read, duplicates included; {@link Long#MAX_VALUE} if any
 *     number
 * @param nanos for how long may be read, in nanoseconds; {@link Long#MAX_VALUE} if for ever
 */
record Limit(long records, long nanos) implements Serializable {

  /** The largest part that is worth a split of its own, in records. */
  private static final long RECORDS_PER_SPLIT = 10_000;

  static Limit of(long records, Long millis) {
    return new Limit(
        records, millis == null ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Into how many splits a source should be cut, if any number were wanted. */
  int splits(int wanted) {
    return (int) Math.min(wanted, records / RECORDS_PER_SPLIT + 1);
  }

  /** The limit of one of several splits: an equal share of the records, and the whole time. */
  Limit share(int split, int splits) {
    return new Limit(records / splits + (split < records % splits ? 1 : 0), nanos);
  }
}
