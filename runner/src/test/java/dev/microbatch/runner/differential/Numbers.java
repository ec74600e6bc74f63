package dev.microbatch.runner.differential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Arithmetic that keeps values small, so that sums of them do not overflow. */
final class Numbers {

  private static final long PRIME = 1_000_003;

  private Numbers() {}

  /** The same for equal numbers, and hardly ever for others. */
  static long mix(long a, long b) {
    return Math.floorMod(a * 31 + b, PRIME);
  }

  /** One number for several, whatever their order. */
  static long fold(Iterable<Long> values) {
    List<Long> sorted = new ArrayList<>();
    values.forEach(sorted::add);
    Collections.sort(sorted);
    long fold = sorted.size();
    for (long value : sorted) {
      fold = mix(fold, value);
    }
    return fold;
  }
}
