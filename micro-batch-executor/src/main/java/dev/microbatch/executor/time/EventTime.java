package dev.microbatch.executor.time;

import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Instant;

/**
 * Beam's bounds of event time, in milliseconds since the epoch, and conversions to and from them.
 */
public final class EventTime {

  /** The earliest event time, also the watermark of a source that knows nothing yet. */
  public static final long MIN = BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis();

  /** The end of time: the watermark of a source that will never produce a record again. */
  public static final long MAX = BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis();

  /** The last moment of the global window, so that no window lives longer. */
  private static final long GLOBAL_END = GlobalWindow.INSTANCE.maxTimestamp().getMillis();

  private EventTime() {}

  /**
   * The last moment of a window, in milliseconds, without an object for it if there need be none.
   */
  public static long endOf(BoundedWindow window) {
    return window.getClass() == IntervalWindow.class
        ? ((IntervalWindow) window).end().getMillis() - 1
        : window.maxTimestamp().getMillis();
  }

  /**
   * The last moment of a window together with the time in which its late records are taken.
   *
   * @param end the last moment of the window itself, in milliseconds
   * @param allowedLateness not negative, in milliseconds
   */
  public static long expiry(long end, long allowedLateness) {
    return GLOBAL_END - allowedLateness < end ? GLOBAL_END : end + allowedLateness;
  }

  /**
   * Converts milliseconds to an instant, without allocating for the two bounds.
   *
   * @param millis milliseconds since the epoch
   */
  public static Instant instant(long millis) {
    if (millis == MIN) {
      return BoundedWindow.TIMESTAMP_MIN_VALUE;
    }
    if (millis == MAX) {
      return BoundedWindow.TIMESTAMP_MAX_VALUE;
    }
    return Instant.ofEpochMilli(millis);
  }

  /** Limits {@code millis} to the range of event time. */
  public static long clamp(long millis) {
    return Math.max(MIN, Math.min(MAX, millis));
  }

  /** Writes {@code millis} for a log line: a bound by its name, anything else as ISO-8601. */
  public static String describe(long millis) {
    if (millis <= MIN) {
      return "start of time";
    }
    return millis >= MAX ? "end of time" : Instant.ofEpochMilli(millis).toString();
  }
}
