package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.Traits.Firing;
import dev.microbatch.runner.differential.Traits.Windows;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;

/**
 * Windows, trigger and all that belongs to them.
 *
 * @param shape which windows
 * @param size of a window, or the gap of a session, in milliseconds
 * @param period of sliding windows, in milliseconds
 * @param offset of fixed and sliding windows, in milliseconds
 * @param firing when a grouping fires
 * @param count how many elements make an element-count trigger fire
 * @param accumulating whether panes accumulate
 * @param lateness how much lateness is allowed, in milliseconds
 * @param timestamps the time of what a grouping emits
 */
record Windowing(
    Shape shape,
    long size,
    long period,
    long offset,
    Triggering firing,
    int count,
    boolean accumulating,
    long lateness,
    TimestampCombiner timestamps)
    implements Serializable {

  /** Which windows. */
  enum Shape {
    GLOBAL,
    FIXED,
    SLIDING,
    SESSIONS
  }

  Windows windows() {
    return switch (shape) {
      case GLOBAL -> Windows.GLOBAL;
      case FIXED, SLIDING -> Windows.INTERVALS;
      case SESSIONS -> Windows.SESSIONS;
    };
  }

  Firing traits() {
    return new Firing(firing.kind(), accumulating, lateness > 0);
  }

  /** In how many windows a record can be. */
  int overlap() {
    return shape == Shape.SLIDING ? (int) Math.max(1, (size + period - 1) / period) : 1;
  }

  Window<KV<String, Long>> window() {
    Window<KV<String, Long>> window =
        Window.<KV<String, Long>>into(windowFn())
            .triggering(firing.trigger(count))
            .withAllowedLateness(Duration.millis(lateness))
            .withTimestampCombiner(timestamps);
    return accumulating ? window.accumulatingFiredPanes() : window.discardingFiredPanes();
  }

  private WindowFn<Object, ?> windowFn() {
    return switch (shape) {
      case GLOBAL -> new GlobalWindows();
      case FIXED ->
          FixedWindows.of(Duration.millis(size)).withOffset(Duration.millis(offset % size));
      case SLIDING ->
          SlidingWindows.of(Duration.millis(size))
              .every(Duration.millis(period))
              .withOffset(Duration.millis(offset % period));
      case SESSIONS -> Sessions.withGapDuration(Duration.millis(size));
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(shape.toString());
    switch (shape) {
      case GLOBAL -> {}
      case FIXED -> text.append(" of ").append(size).append(" offset ").append(offset % size);
      case SLIDING ->
          text.append(" of ")
              .append(size)
              .append(" every ")
              .append(period)
              .append(" offset ")
              .append(offset % period);
      case SESSIONS -> text.append(" gap ").append(size);
    }
    return text.append(", ")
        .append(firing.trigger(count))
        .append(accumulating ? ", accumulating" : ", discarding")
        .append(", lateness ")
        .append(lateness)
        .append(", ")
        .append(timestamps)
        .toString();
  }
}
