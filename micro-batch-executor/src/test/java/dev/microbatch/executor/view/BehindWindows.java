package dev.microbatch.executor.view;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Fixed windows of a side input; a main window reads the one that ends two of them earlier. */
@SuppressWarnings("serial")
public final class BehindWindows extends PartitioningWindowFn<Object, IntervalWindow> {

  private final Duration size;
  private final Duration maximumLookback;

  /**
   * Creates windows.
   *
   * @param size how long they are
   * @param maximumLookback how far the mapping says that it looks back; in fact twice the size
   */
  public BehindWindows(Duration size, Duration maximumLookback) {
    this.size = size;
    this.maximumLookback = maximumLookback;
  }

  @Override
  public IntervalWindow assignWindow(Instant timestamp) {
    long millis = timestamp.getMillis();
    return new IntervalWindow(Instant.ofEpochMilli(millis - millis % size.getMillis()), size);
  }

  @Override
  @SuppressWarnings("deprecation") // it is abstract
  public boolean isCompatible(WindowFn<?, ?> other) {
    return other instanceof BehindWindows;
  }

  @Override
  public Coder<IntervalWindow> windowCoder() {
    return IntervalWindow.getCoder();
  }

  @Override
  public WindowMappingFn<IntervalWindow> getDefaultWindowMappingFn() {
    return new WindowMappingFn<>(maximumLookback) {
      @Override
      public IntervalWindow getSideInputWindow(BoundedWindow main) {
        return assignWindow(main.maxTimestamp().minus(size.multipliedBy(2)));
      }
    };
  }
}
