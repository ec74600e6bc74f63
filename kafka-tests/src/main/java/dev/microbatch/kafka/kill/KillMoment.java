package dev.microbatch.kafka.kill;

/**
 * When a life of the pipeline ends.
 *
 * @param afterFirstResult whether the time counts from the first result that it wrote, or from its
 *     start
 * @param millis the time, in milliseconds
 */
record KillMoment(boolean afterFirstResult, long millis) {
  @Override
  public String toString() {
    return "%.1f s after its %s"
        .formatted(millis / 1e3, afterFirstResult ? "first result" : "start");
  }
}
