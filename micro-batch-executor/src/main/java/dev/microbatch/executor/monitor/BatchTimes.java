package dev.microbatch.executor.monitor;

/**
 * How long batches have taken: how many fit into each of some bounds.
 *
 * <p>Written by the loop's thread. Others get copies, which nobody changes.
 */
public final class BatchTimes {

  private static final long[] BOUNDS = {
    1_000_000L,
    2_500_000L,
    5_000_000L,
    10_000_000L,
    25_000_000L,
    50_000_000L,
    100_000_000L,
    250_000_000L,
    500_000_000L,
    1_000_000_000L,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };

  private final long[] counts;
  private long nanos;

  /** Creates one without batches. */
  BatchTimes() {
    this(new long[BOUNDS.length + 1], 0);
  }

  private BatchTimes(long[] counts, long nanos) {
    this.counts = counts;
    this.nanos = nanos;
  }

  /** Adds a batch that took so many nanoseconds. */
  void add(long took) {
    int bucket = 0;
    while (bucket < BOUNDS.length && took > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket]++;
    nanos += took;
  }

  BatchTimes copy() {
    return new BatchTimes(counts.clone(), nanos);
  }

  /** How many buckets there are; the last has no bound. */
  public int buckets() {
    return counts.length;
  }

  /** The upper bound of a bucket in seconds; infinite for the last. */
  public double boundSeconds(int bucket) {
    return bucket == BOUNDS.length ? Double.POSITIVE_INFINITY : BOUNDS[bucket] / 1e9;
  }

  /** How many batches took at most as long as its bound, and longer than that of the one before. */
  public long count(int bucket) {
    return counts[bucket];
  }

  /** How long all batches took together, in nanoseconds. */
  public long nanos() {
    return nanos;
  }
}
