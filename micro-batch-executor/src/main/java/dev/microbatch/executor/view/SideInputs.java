package dev.microbatch.executor.view;

import dev.microbatch.executor.time.EventTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.ReadyCheckingSideInputReader;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one stage in one partition has received of its side inputs: per view and window the newest
 * pane, and how far the view's watermark has come.
 *
 * <p>A window is ready when a pane is there, or when the view's watermark has passed the time by
 * which one would have come: then the view is empty in that window. Once ready, it stays ready.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class SideInputs implements ReadyCheckingSideInputReader {

  private final Map<String, Channel> channels = new HashMap<>();

  /** What has come of one view. */
  private static final class Channel {
    final PCollectionView<?> view;
    final Map<BoundedWindow, Entry> panes = new HashMap<>();
    final ViewPane empty = new ViewPane(Collections.emptyList());
    long watermark = EventTime.MIN;
    // Asking for the same window again and again is the rule.
    @Nullable BoundedWindow lastWindow;
    @Nullable Object lastView;

    Channel(PCollectionView<?> view) {
      this.view = view;
    }

    @Nullable Object get(BoundedWindow window) {
      if (window.equals(lastWindow)) {
        return lastView;
      }
      Entry entry = panes.get(window);
      Object decoded = (entry == null ? empty : entry.pane()).decode(view);
      lastWindow = window;
      lastView = decoded;
      return decoded;
    }
  }

  private record Entry(long index, ViewPane pane) {}

  /**
   * Creates the store, with nothing in it.
   *
   * @param views the side inputs of the stage
   */
  public SideInputs(List<PCollectionView<?>> views) {
    for (PCollectionView<?> view : views) {
      channels.put(view.getTagInternal().getId(), new Channel(view));
    }
  }

  /**
   * Takes a pane. A pane with a higher index replaces an older one as a whole.
   *
   * @param viewId which view it belongs to
   * @param window the window of the view
   * @param index the index of the pane among the firings of that window
   * @param pane its contents
   */
  public void add(String viewId, BoundedWindow window, long index, ViewPane pane) {
    Channel channel = channels.get(viewId);
    Entry old = channel.panes.get(window);
    if (old == null || old.index() <= index) {
      channel.panes.put(window, new Entry(index, pane));
      channel.lastWindow = null;
      channel.lastView = null;
    }
  }

  /**
   * Notes how far a view has come.
   *
   * @param viewId which view
   * @param watermark in milliseconds; does not go back
   */
  public void advance(String viewId, long watermark) {
    channels.get(viewId).watermark = watermark;
  }

  /**
   * Forgets windows of views that no main-input record can ask for any more.
   *
   * @param mainWatermark the watermark of the main input, in milliseconds
   */
  public void expire(long mainWatermark) {
    for (Channel channel : channels.values()) {
      if (channel.panes.size() > 1) {
        WindowingStrategy<?, ?> strategy = channel.view.getWindowingStrategyInternal();
        long lookback = channel.view.getWindowMappingFn().maximumLookback().getMillis();
        channel
            .panes
            .keySet()
            .removeIf(
                window ->
                    LateDataUtils.garbageCollectionTime(window, strategy).getMillis() + lookback
                        < mainWatermark);
      }
    }
  }

  @Override
  public boolean isReady(PCollectionView<?> view, BoundedWindow window) {
    Channel channel = channel(view);
    if (window.equals(channel.lastWindow) || channel.panes.containsKey(window)) {
      return true;
    }
    WindowingStrategy<?, ?> strategy = channel.view.getWindowingStrategyInternal();
    long certain =
        Math.min(
            strategy.getTrigger().getWatermarkThatGuaranteesFiring(window).getMillis(),
            LateDataUtils.garbageCollectionTime(window, strategy).getMillis());
    return channel.watermark > certain;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <T> T get(PCollectionView<T> view, BoundedWindow window) {
    return (T) channel(view).get(window);
  }

  private Channel channel(PCollectionView<?> view) {
    Channel channel = channels.get(view.getTagInternal().getId());
    if (channel == null) {
      throw new IllegalArgumentException("The step does not read the side input " + view);
    }
    return channel;
  }

  @Override
  public <T> boolean contains(PCollectionView<T> view) {
    return channels.containsKey(view.getTagInternal().getId());
  }

  @Override
  public boolean isEmpty() {
    return channels.isEmpty();
  }
}
