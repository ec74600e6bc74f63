package dev.microbatch.benchmarks.pipelines;

import java.io.Serializable;

/**
 * How much data a run has, and which.
 *
 * @param records how many records
 * @param keys how many keys, partners or entries
 * @param seed chooses the keys; different seeds give different data of the same shape
 */
record Sizes(long records, int keys, long seed) implements Serializable {

  /** Numbers stay below 2^40, so the bits above are the seed's. */
  private static final int SEED_SHIFT = 40;

  Sizes {
    require("--n", records, 1L << SEED_SHIFT);
    require("--keys", keys, Integer.MAX_VALUE);
  }

  private static void require(String option, long value, long most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          option + "=" + value + " is not accepted: it must be from 1 to " + most);
    }
  }

  /** Makes of a record's number one that is different for each seed. */
  long draw(long number) {
    return number ^ (seed << SEED_SHIFT);
  }

  /**
   * The key of a record, uniform.
   *
   * @param number which record
   */
  long key(long number) {
    return Numbers.below(draw(number), keys);
  }
}
