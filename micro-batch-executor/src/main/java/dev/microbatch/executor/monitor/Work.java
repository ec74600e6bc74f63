package dev.microbatch.executor.monitor;

/**
 * What a task or a stage has done.
 *
 * @param recordsIn how many records it took from exchanges or from its source
 * @param blocksIn in how many blocks, those of side inputs among them
 * @param busyNanos how long it has worked, in nanoseconds
 * @param starvedNanos how long it has waited for the stages before it
 * @param blockedNanos how long it has waited for room in front of the stages behind it
 * @param dropped how many records its head has dropped because they were late, once for each window
 */
public record Work(
    long recordsIn,
    long blocksIn,
    long busyNanos,
    long starvedNanos,
    long blockedNanos,
    long dropped) {

  /** Nothing. */
  public static final Work NONE = new Work(0, 0, 0, 0, 0, 0);

  /** Both together. */
  public Work plus(Work other) {
    return new Work(
        recordsIn + other.recordsIn,
        blocksIn + other.blocksIn,
        busyNanos + other.busyNanos,
        starvedNanos + other.starvedNanos,
        blockedNanos + other.blockedNanos,
        dropped + other.dropped);
  }

  /** What was done since. */
  public Work minus(Work before) {
    return new Work(
        recordsIn - before.recordsIn,
        blocksIn - before.blocksIn,
        busyNanos - before.busyNanos,
        starvedNanos - before.starvedNanos,
        blockedNanos - before.blockedNanos,
        dropped - before.dropped);
  }
}
