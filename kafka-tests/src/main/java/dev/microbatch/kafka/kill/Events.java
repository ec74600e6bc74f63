package dev.microbatch.kafka.kill;

/**
 * The events of a run. Each is known from its number alone, so producer and judge need not talk to
 * each other. Every millisecond has one event; its key looks random, so a key has sessions of any
 * length.
 *
 * <p>Immutable.
 */
final class Events {
  /** The time of the first event: 2026-01-01T00:00:00Z. */
  private static final long FIRST_MILLIS = 1_767_225_600_000L;

  /** Gaps between the events of a key that are this much longer than the mean end a session. */
  private static final double GAP_FACTOR = 2.3; // e^-2.3 = 0.1: sessions of ten events on average

  private final int keys;
  private final long seed;

  /**
   * Creates the events of a run.
   *
   * @param keys how many keys there are
   * @param seed other seeds give events other keys
   */
  Events(int keys, long seed) {
    this.keys = keys;
    this.seed = seed;
  }

  Event get(int number) {
    return new Event(
        number, (int) Long.remainderUnsigned(mix(seed + number), keys), millis(number));
  }

  /** Returns when the event with a number happened, or will have happened. */
  long millis(int number) {
    return FIRST_MILLIS + number;
  }

  /**
   * Returns the event that happened at a time. Times before the first and after the last event have
   * numbers too, but not of events.
   */
  long numberAt(long millis) {
    return millis - FIRST_MILLIS;
  }

  /** Returns after how many milliseconds without events the session of a key is over. */
  long sessionGapMillis() {
    return Math.round(keys * GAP_FACTOR);
  }

  /** The finalizer of SplitMix64: every bit of the input changes half of the output. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
