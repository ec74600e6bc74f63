package dev.microbatch.examples.generate;

import java.util.List;
import java.util.Random;

/**
 * Random choices that are the same for the same seed on every machine and JDK: {@link Random}'s
 * algorithm is part of its contract, and only {@link StrictMath} is used with it. Not thread-safe.
 */
final class Chance {
  private final Random random;

  Chance(long seed) {
    random = new Random(seed);
  }

  /** True with the given probability. */
  boolean of(double probability) {
    return random.nextDouble() < probability;
  }

  /** A number from 0, inclusive, to the bound, exclusive. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** One of the choices, all equally likely. */
  <T> T oneOf(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** A waiting time with the given mean, exponentially distributed. */
  double waitingTime(double mean) {
    return -mean * StrictMath.log(1 - random.nextDouble());
  }

  /** A number from 0, inclusive, to 1, exclusive. */
  double fraction() {
    return random.nextDouble();
  }
}
