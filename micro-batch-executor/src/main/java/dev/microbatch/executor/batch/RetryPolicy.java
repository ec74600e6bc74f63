package dev.microbatch.executor.batch;

/**
 * For how long what has failed is tried again. There are two clocks: something outside that is away
 * for a while comes back and costs nothing but time; a batch that throws is more likely a bug, and
 * that has to show within seconds.
 *
 * @param maxBatchRetries how often in a row a failed batch is run again
 * @param maxOutageMillis for how long a checkpoint that cannot be written or read is tried again,
 *     in milliseconds, counted from the first failure
 */
public record RetryPolicy(int maxBatchRetries, long maxOutageMillis) {

  /** Checks the ranges. */
  public RetryPolicy {
    require(maxBatchRetries >= 0, "maxBatchRetries", maxBatchRetries);
    require(maxOutageMillis >= 0, "maxOutageMillis", maxOutageMillis);
  }

  private static void require(boolean holds, String option, long value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "--" + option + "=" + value + " is not accepted: it must be 0 or more");
    }
  }
}
