package dev.microbatch.executor.operator;

import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.transforms.DoFn;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.joda.time.format.PeriodFormat;

/**
 * Holds a DoFn to the timestamps that it may output: not behind its element or timer by more than
 * the skew.
 */
final class TimestampCheck {

  private final DoFn<?, ?> fn;

  TimestampCheck(DoFn<?, ?> fn) {
    this.fn = fn;
  }

  /**
   * Checks one output.
   *
   * @param element event time of the element or timer being processed, in milliseconds
   * @param output event time of the output, in milliseconds
   * @throws IllegalArgumentException if the output is too early, or after the end of time
   */
  void check(long element, long output) {
    check("Cannot output with timestamp ", element, output);
  }

  /**
   * Checks what a timer is to output with.
   *
   * @param element event time of the element or timer being processed, in milliseconds
   * @param output the output timestamp of the timer, in milliseconds
   * @throws IllegalArgumentException if it is too early, or after the end of time
   */
  void checkTimer(long element, long output) {
    check("Cannot output timer with output timestamp ", element, output);
  }

  private void check(String refusal, long element, long output) {
    if (output < element || output > EventTime.MAX) {
      checkSkewed(refusal, element, output);
    }
  }

  @SuppressWarnings("deprecation") // Users should not set a skew; those who do must get it.
  private void checkSkewed(String refusal, long element, long output) {
    Duration skew = fn.getAllowedTimestampSkew();
    if (output > EventTime.MAX || output < earliest(element, skew.getMillis())) {
      throw new IllegalArgumentException(
          refusal
              + Instant.ofEpochMilli(output)
              + ". Output timestamps must be no earlier than the timestamp of the current input or"
              + " timer, "
              + Instant.ofEpochMilli(element)
              + ", minus the allowed skew ("
              + describe(skew)
              + "), and no later than "
              + Instant.ofEpochMilli(EventTime.MAX)
              + ". A DoFn that has to go further back overrides getAllowedTimestampSkew().");
    }
  }

  private static long earliest(long element, long skew) {
    long earliest = element - skew;
    boolean overflowed = ((element ^ skew) & (element ^ earliest)) < 0;
    return overflowed ? EventTime.MIN : earliest;
  }

  private static String describe(Duration skew) {
    return skew.getMillis() >= Integer.MAX_VALUE
        ? skew.toString()
        : PeriodFormat.getDefault().print(skew.toPeriod());
  }
}
