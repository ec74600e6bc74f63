package dev.microbatch.executor.monitor;

import dev.microbatch.executor.time.EventTime;
import java.util.Locale;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Times and shares in words. */
final class Text {

  private static final long GLOBAL_END = GlobalWindow.INSTANCE.maxTimestamp().getMillis();

  private Text() {}

  /** A duration, in nanoseconds. */
  static String duration(long nanos) {
    return millis(nanos / 1_000_000);
  }

  /** A duration, in milliseconds. */
  static String millis(long millis) {
    if (millis < 10_000) {
      return String.format(Locale.ROOT, "%.1f s", Math.max(0, millis) / 1_000.0);
    }
    long seconds = millis / 1_000;
    if (seconds < 600) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    return minutes < 600 ? minutes + " min" : minutes / 60 + " h";
  }

  /** The watermark at which something fires, in milliseconds. */
  static String firing(long watermark) {
    return watermark > GLOBAL_END ? "the end of its input" : EventTime.describe(watermark);
  }

  /** A part of a whole. */
  static String percent(long part, long whole) {
    return whole <= 0 ? "0 %" : Math.round(100.0 * part / whole) + " %";
  }

  /** Some records. */
  static String records(long count) {
    return count == 1 ? "1 record" : String.format(Locale.ROOT, "%,d records", count);
  }
}
