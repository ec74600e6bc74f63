package dev.microbatch.executor.grouping;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.joda.time.Instant;

/**
 * Windows that overlap and are no sliding ones: each timestamp is in a short window and, unless it
 * is a multiple of three, in a long one as well. So neighbours may have different sets of windows.
 */
final class OverlappingWindows extends NonMergingWindowFn<Object, IntervalWindow> {

  private static final long serialVersionUID = 1L;

  private final long shorter;
  private final long longer;

  /**
   * Creates the WindowFn.
   *
   * @param shorter the size of the short windows, in milliseconds
   * @param longer the size of the long windows, in milliseconds
   */
  OverlappingWindows(long shorter, long longer) {
    this.shorter = shorter;
    this.longer = longer;
  }

  @Override
  public List<IntervalWindow> assignWindows(
      WindowFn<Object, IntervalWindow>.AssignContext context) {
    long timestamp = context.timestamp().getMillis();
    List<IntervalWindow> windows = new ArrayList<>();
    windows.add(around(timestamp, shorter));
    if (Math.floorMod(timestamp, 3) != 0) {
      windows.add(around(timestamp, longer));
    }
    return windows;
  }

  private static IntervalWindow around(long timestamp, long size) {
    long start = Math.floorDiv(timestamp, size) * size;
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + size));
  }

  @Override
  @Deprecated
  public boolean isCompatible(WindowFn<?, ?> other) {
    return other instanceof OverlappingWindows of && of.shorter == shorter && of.longer == longer;
  }

  @Override
  public Coder<IntervalWindow> windowCoder() {
    return IntervalWindow.getCoder();
  }

  @Override
  public WindowMappingFn<IntervalWindow> getDefaultWindowMappingFn() {
    return new WindowMappingFn<>() {
      private static final long serialVersionUID = 1L;

      @Override
      public IntervalWindow getSideInputWindow(BoundedWindow mainWindow) {
        return around(mainWindow.maxTimestamp().getMillis(), shorter);
      }
    };
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("shorter", shorter));
    builder.add(DisplayData.item("longer", longer));
  }
}
