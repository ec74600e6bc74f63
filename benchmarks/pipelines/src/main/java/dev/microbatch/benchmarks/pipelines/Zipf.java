package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A Zipf distribution with exponent 1: rank r comes with a probability proportional to 1 / (r + 1).
 * Drawn beforehand into a table, so that a sample costs one look-up.
 */
final class Zipf {

  private static final int SAMPLES = 1 << 20;

  private static final Map<Integer, Zipf> DRAWN = new ConcurrentHashMap<>();

  private final int[] samples = new int[SAMPLES];

  /** The distribution over some ranks, drawn once per JVM. */
  static Zipf of(int ranks) {
    return DRAWN.computeIfAbsent(ranks, Zipf::new);
  }

  /**
   * Draws the table.
   *
   * @param ranks how many ranks there are
   */
  Zipf(int ranks) {
    double[] cumulative = new double[ranks];
    double sum = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sum += 1.0 / (rank + 1);
      cumulative[rank] = sum;
    }
    for (int i = 0; i < SAMPLES; i++) {
      double at = (Numbers.mix(i) >>> 11) * 0x1p-53 * sum;
      int found = Arrays.binarySearch(cumulative, at);
      samples[i] = Math.min(ranks - 1, found < 0 ? -found - 1 : found);
    }
  }

  /**
   * A rank, from 0.
   *
   * @param number which one
   */
  int rank(long number) {
    return samples[(int) Numbers.mix(~number) & (SAMPLES - 1)];
  }
}
