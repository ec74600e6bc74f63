package dev.microbatch.examples.generate;

import java.util.Arrays;

/**
 * Zipf's distribution: of n things the k-th is chosen with a probability proportional to {@code
 * 1/k^s}. A few are chosen often, most rarely, as with visitors and pages. Immutable.
 */
final class Zipf {
  private final double[] cumulative;

  /**
   * A distribution.
   *
   * @param size number of things, at least 1
   * @param exponent s: the higher, the more unequal
   */
  Zipf(int size, double exponent) {
    cumulative = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += StrictMath.pow(i + 1, -exponent);
      cumulative[i] = sum;
    }
  }

  /** The index of a thing, from 0 to {@code size - 1}. */
  int next(Chance chance) {
    double target = chance.fraction() * cumulative[cumulative.length - 1];
    int found = Arrays.binarySearch(cumulative, target);
    return found >= 0 ? Math.min(found + 1, cumulative.length - 1) : -found - 1;
  }
}
