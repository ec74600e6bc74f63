package dev.microbatch.benchmarks.pipelines;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Sums of numbers by key, added up by hand. */
final class LongSums {

  private final Map<Long, long[]> sums = new HashMap<>();

  private LongSums() {}

  /**
   * Adds up the numbers {@code from <= number < to}.
   *
   * @param from the first
   * @param to behind the last
   * @param key gives the key of a number
   */
  static LongSums of(long from, long to, LongUnaryOperator key) {
    LongSums sums = new LongSums();
    for (long number = from; number < to; number++) {
      sums.at(key.applyAsLong(number))[0] += number;
    }
    return sums;
  }

  private long[] at(long key) {
    return sums.computeIfAbsent(key, any -> new long[1]);
  }

  /** One element per key. */
  Outcome outcome() {
    Outcome outcome = Outcome.EMPTY;
    for (Map.Entry<Long, long[]> sum : sums.entrySet()) {
      outcome = outcome.plus(Outcome.of(Numbers.digest(sum.getKey(), sum.getValue()[0])));
    }
    return outcome;
  }
}
