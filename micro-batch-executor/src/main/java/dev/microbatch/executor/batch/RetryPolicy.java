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

  /** The setting that bounds an outage, for messages. */
  static final String MAX_OUTAGE = "maxOutageMillis";

  /**
   * Checks the ranges.
   *
   * @throws RefusedSettingException if one is not accepted
   */
  public RetryPolicy {
    require("maxBatchRetries", maxBatchRetries);
    require(MAX_OUTAGE, maxOutageMillis);
  }

  private static void require(String setting, long value) {
    if (value < 0) {
      throw new RefusedSettingException(setting, value, "0 or more");
    }
  }
}
