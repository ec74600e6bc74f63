package dev.microbatch.benchmarks.pipelines;

import org.apache.beam.sdk.values.KV;

/** Numbers that look random and are always the same. */
final class Numbers {

  private Numbers() {}

  /** Spreads a number over 64 bits: the finisher of SplitMix64, a bijection. */
  static long mix(long number) {
    long z = number + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * A number below a bound, chosen by another number.
   *
   * @param number which one
   * @param bound greater than 0
   */
  static long below(long number, long bound) {
    return Long.remainderUnsigned(mix(number), bound);
  }

  /** Tells one pair from others. */
  static long digest(long key, long value) {
    return mix(key * 31 + value);
  }

  /** Tells one pair at one time from others. */
  static long digest(long key, long value, long timestamp) {
    return digest(key, value) + mix(timestamp * 31 + key);
  }

  /** Tells one word with its count from others. */
  static long digest(String word, long count) {
    return digest(word.hashCode(), count);
  }

  /** Tells one pair from others. */
  static long digest(KV<Long, Long> pair) {
    return digest(pair.getKey(), pair.getValue());
  }
}
