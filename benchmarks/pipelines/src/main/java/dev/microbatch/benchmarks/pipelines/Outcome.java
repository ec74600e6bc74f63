package dev.microbatch.benchmarks.pipelines;

/**
 * What is left of a result for comparing: two sums over its elements, in which their order does not
 * matter.
 *
 * @param count how many elements
 * @param checksum the sum of the elements' digests, modulo 2^64
 */
public record Outcome(long count, long checksum) {

  /** The outcome of nothing. */
  public static final Outcome EMPTY = new Outcome(0, 0);

  /** The outcome of one element. */
  public static Outcome of(long digest) {
    return new Outcome(1, digest);
  }

  /** The outcome of the elements of both. */
  public Outcome plus(Outcome other) {
    return new Outcome(count + other.count, checksum + other.checksum);
  }
}
