package dev.microbatch.executor.view;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import dev.microbatch.executor.state.ViewEntry;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.ReadyCheckingSideInputReader;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.util.CoderUtils;
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
 * <p>Every partition of a stage receives the same panes, and forgets the same ones when the loop
 * says so: one of them stores them for all.
 *
 * <p>Not thread-safe: owned by one task.
 */
@SuppressWarnings("deprecation") // PCollectionView's accessors are marked so for users
public final class SideInputs implements ReadyCheckingSideInputReader, Checkpointed {

  private static final long END_OF_GLOBAL_WINDOW = GlobalWindow.INSTANCE.maxTimestamp().getMillis();

  private final Map<String, Channel> channels = new HashMap<>();
  private final TrackedEntries entries;
  private @Nullable PCollectionView<?> lastView;
  private @Nullable Channel lastChannel;
  private long horizon = EventTime.MIN;

  /**
   * A view that a stage reads.
   *
   * @param view the view
   * @param name what it is called in commits: the step that makes it
   * @param paneCoder encodes its panes
   * @param windowCoder encodes its windows
   */
  public record Layout(
      PCollectionView<?> view,
      String name,
      Coder<ViewPane> paneCoder,
      Coder<BoundedWindow> windowCoder) {

    private String cell(BoundedWindow window) {
      try {
        return ViewEntry.cell(CoderUtils.encodeToByteArray(windowCoder, window));
      } catch (CoderException e) {
        throw new IllegalArgumentException(
            "Cannot encode the window " + window + " of " + name + ": " + e.getMessage(), e);
      }
    }
  }

  /** What has come of one view. */
  private static final class Channel {
    final Layout layout;
    final PCollectionView<?> view;
    final KeyCodec<BoundedWindow> windowCodec;

    /** By the comparable form of the window. */
    final Map<Object, Entry> panes = new HashMap<>();

    /** The windows of the panes, by {@link #lastAsked}. */
    final NavigableMap<Long, List<BoundedWindow>> byEnd = new TreeMap<>();

    final ViewPane empty = new ViewPane(Collections.emptyList());
    long watermark = EventTime.MIN;

    /** The earliest watermark at which a window is ready that was asked for and is not. */
    long awaited = Long.MAX_VALUE;

    // Asking for the same window again and again is the rule.
    @Nullable BoundedWindow lastObject;
    @Nullable Object lastWindow;
    @Nullable Object lastView;

    Channel(Layout layout) {
      this.layout = layout;
      this.view = layout.view();
      this.windowCodec = KeyCodec.of(layout.windowCoder());
    }

    void put(BoundedWindow window, long index, ViewPane pane) {
      if (panes.put(windowCodec.comparable(window), new Entry(index, pane)) == null) {
        byEnd.computeIfAbsent(lastAsked(window), end -> new ArrayList<>()).add(window);
      }
      forgetLast();
    }

    /**
     * The end of the last main window that can be mapped to a window of the view; never for one
     * that ends with all time.
     */
    long lastAsked(BoundedWindow window) {
      long end = window.maxTimestamp().getMillis();
      if (end >= END_OF_GLOBAL_WINDOW) {
        return Long.MAX_VALUE;
      }
      long lookback = view.getWindowMappingFn().maximumLookback().getMillis();
      return EventTime.clamp(end + Math.min(lookback, EventTime.MAX));
    }

    /** Removes the windows that no main window with this end or a later one is mapped to. */
    List<BoundedWindow> removeBefore(long horizon) {
      List<BoundedWindow> removed = new ArrayList<>();
      while (!byEnd.isEmpty() && byEnd.firstKey() < horizon) {
        removed.addAll(byEnd.pollFirstEntry().getValue());
      }
      removed.forEach(window -> panes.remove(windowCodec.comparable(window)));
      forgetLast();
      return removed;
    }

    private void forgetLast() {
      lastObject = null;
      lastWindow = null;
      lastView = null;
    }

    @Nullable Entry find(BoundedWindow window) {
      return panes.get(windowCodec.comparable(window));
    }

    /** Whether a pane is there, or an empty view was taken for it. */
    boolean has(BoundedWindow window) {
      Object comparable = windowCodec.comparable(window);
      return comparable.equals(lastWindow) || panes.containsKey(comparable);
    }

    @SuppressWarnings("ReferenceEquality") // A shortcut: who asks again mostly has the same object.
    @Nullable Object get(BoundedWindow window) {
      if (window == lastObject) {
        return lastView;
      }
      Object comparable = windowCodec.comparable(window);
      if (comparable.equals(lastWindow)) {
        lastObject = window;
        return lastView;
      }
      Entry entry = panes.get(comparable);
      Object decoded = (entry == null ? empty : entry.pane()).decode(view);
      lastObject = window;
      lastWindow = comparable;
      lastView = decoded;
      return decoded;
    }
  }

  private record Entry(long index, ViewPane pane) {}

  /**
   * Creates the store, with nothing in it.
   *
   * @param views the side inputs of the stage
   * @param tracked whether this one is to store the panes of all partitions in commits
   */
  public SideInputs(List<Layout> views, boolean tracked) {
    this.entries = new TrackedEntries(StateEntry.Kind.VIEW, tracked);
    for (Layout layout : views) {
      channels.put(layout.view().getTagInternal().getId(), new Channel(layout));
    }
  }

  /**
   * Takes a pane. A pane with a higher index replaces an older one as a whole; one that nobody can
   * ask for is passed over.
   *
   * @param viewId which view it belongs to
   * @param window the window of the view
   * @param index the index of the pane among the firings of that window
   * @param pane its contents
   */
  public void add(String viewId, BoundedWindow window, long index, ViewPane pane) {
    Channel channel = channels.get(viewId);
    if (channel.lastAsked(window) < horizon) {
      return;
    }
    Entry old = channel.find(window);
    if (old == null || old.index() <= index) {
      channel.put(window, index, pane);
      Layout layout = channel.layout;
      if (entries.isTracked()) {
        entries.put(
            StateEntry.NO_KEY_GROUP,
            layout.name(),
            layout.cell(window),
            () -> ViewEntry.value(index, pane, layout.paneCoder()));
      }
    }
  }

  /**
   * Notes how far a view has come. What was asked for and is not ready is to be asked for again:
   * {@link #awaited} begins again.
   *
   * @param viewId which view
   * @param watermark in milliseconds; does not go back
   */
  public void advance(String viewId, long watermark) {
    Channel channel = channels.get(viewId);
    channel.watermark = watermark;
    channel.awaited = Long.MAX_VALUE;
  }

  /**
   * Forgets windows of views that no main window can ask for any more. What is found takes time,
   * not what is there.
   *
   * @param earliestEnd no main window with an earlier end will ask, in any partition; in
   *     milliseconds
   */
  public void expire(long earliestEnd) {
    horizon = earliestEnd;
    for (Channel channel : channels.values()) {
      for (BoundedWindow window : channel.removeBefore(earliestEnd)) {
        if (entries.isTracked()) {
          entries.remove(channel.layout.name(), channel.layout.cell(window));
        }
      }
    }
  }

  /**
   * Whether a window of a view has no pane, and may have had one that was forgotten.
   *
   * @param view the view
   * @param window its window
   * @param earliestEnd the earliest end of a main window that can still ask, in this partition
   */
  public boolean isForgotten(PCollectionView<?> view, BoundedWindow window, long earliestEnd) {
    Channel channel = channel(view);
    return channel.find(window) == null && channel.lastAsked(window) < earliestEnd;
  }

  /** How many panes are there, of all views. */
  int size() {
    int size = 0;
    for (Channel channel : channels.values()) {
      size += channel.panes.size();
    }
    return size;
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    return entries.freeze(scope);
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.VIEW;
  }

  /** Takes a pane back; those of views that are not read any more are passed over. */
  @Override
  public void restore(StateEntry entry) throws IOException {
    for (Channel channel : channels.values()) {
      Layout layout = channel.layout;
      ViewEntry stored = ViewEntry.parse(entry);
      if (layout.name().equals(stored.step())) {
        channel.put(
            EntryReader.decode(entry.kind(), layout.windowCoder(), stored.window(), "window"),
            stored.index(),
            stored.pane().read(layout.paneCoder(), "pane"));
        entries.restore(entry);
      }
    }
  }

  @Override
  public boolean isReady(PCollectionView<?> view, BoundedWindow window) {
    Channel channel = channel(view);
    if (channel.has(window)) {
      return true;
    }
    WindowingStrategy<?, ?> strategy = channel.view.getWindowingStrategyInternal();
    long certain =
        Math.min(
            strategy.getTrigger().getWatermarkThatGuaranteesFiring(window).getMillis(),
            LateDataUtils.garbageCollectionTime(window, strategy).getMillis());
    if (channel.watermark > certain) {
      return true;
    }
    channel.awaited = Math.min(channel.awaited, certain + 1);
    return false;
  }

  /**
   * The earliest watermark of a view at which a window of it is ready that was asked for since
   * {@link #advance} and is not, unless a pane comes before; in milliseconds; {@link
   * Long#MAX_VALUE} if there is none.
   *
   * @param viewId which view
   */
  public long awaited(String viewId) {
    return channels.get(viewId).awaited;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <T> T get(PCollectionView<T> view, BoundedWindow window) {
    return (T) channel(view).get(window);
  }

  @SuppressWarnings("ReferenceEquality") // A shortcut: who asks again has the same object.
  private Channel channel(PCollectionView<?> view) {
    Channel last = lastChannel;
    if (last != null && view == lastView) {
      return last;
    }
    Channel channel = channels.get(view.getTagInternal().getId());
    if (channel == null) {
      throw new IllegalArgumentException("The step does not read the side input " + view);
    }
    lastView = view;
    lastChannel = channel;
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
