package dev.microbatch.kafka.kill;

import java.util.Random;

/**
 * Chooses when to kill, the same for the same seed. Some moments hit the start of the JVM and the
 * restore from the checkpoint, the others a pipeline at work.
 */
final class KillSchedule {
  private static final double DURING_START = 0.35;
  private static final int START_MILLIS = 300;
  private static final int START_RANGE_MILLIS = 4_700;
  private static final int WORK_RANGE_MILLIS = 2_500;

  private final Random random;

  KillSchedule(long seed) {
    this.random = new Random(seed);
  }

  KillMoment next() {
    boolean duringStart = random.nextDouble() < DURING_START;
    return duringStart
        ? new KillMoment(false, START_MILLIS + random.nextInt(START_RANGE_MILLIS))
        : new KillMoment(true, random.nextInt(WORK_RANGE_MILLIS));
  }
}
