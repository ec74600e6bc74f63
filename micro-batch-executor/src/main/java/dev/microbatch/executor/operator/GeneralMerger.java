package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.TriggeredGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Merges by any WindowFn, which is shown all windows of the key each time a new one comes.
 *
 * @param <W> the type of the windows
 */
final class GeneralMerger<W extends BoundedWindow> implements WindowMerger {

  private final WindowFn<Object, W> windowFn;
  private final Map<BoundedWindow, BoundedWindow> results = new HashMap<>();

  @SuppressWarnings("unchecked") // A WindowFn is not asked for elements to merge windows.
  GeneralMerger(WindowFn<?, W> windowFn) {
    this.windowFn = (WindowFn<Object, W>) windowFn;
  }

  /** Windows that become one. */
  private record Merge<W>(List<W> windows, W result) {}

  /** What the WindowFn is given: it says what merges, and nothing has merged yet. */
  private final class Context extends WindowFn<Object, W>.MergeContext {
    private final Map<W, @Nullable TriggeredGroup> windows;
    private final List<Merge<W>> merges = new ArrayList<>();

    Context(Map<W, @Nullable TriggeredGroup> windows) {
      windowFn.super();
      this.windows = windows;
    }

    @Override
    public Set<W> windows() {
      return windows.keySet();
    }

    @Override
    public void merge(Collection<W> toBeMerged, W mergeResult) {
      if (!toBeMerged.contains(mergeResult) && windows.get(mergeResult) != null) {
        throw new IllegalStateException(
            windowFn + " merges into " + mergeResult + ", which is there and not to be merged");
      }
      for (W window : toBeMerged) {
        if (!windows.containsKey(window)) {
          throw new IllegalStateException(windowFn + " merges " + window + ", which is not there");
        }
        if (results.put(window, mergeResult) != null) {
          throw new IllegalStateException(windowFn + " merges " + window + " twice");
        }
      }
      merges.add(new Merge<>(List.copyOf(toBeMerged), mergeResult));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // All windows of the step are of the WindowFn's type.
  public void merge(
      KeyWindows key, Predicate<TriggeredGroup> isOpen, List<BoundedWindow> added, Sink sink)
      throws Exception {
    results.clear();
    Map<W, @Nullable TriggeredGroup> windows = new LinkedHashMap<>();
    for (int i = 0; i < key.size(); i++) {
      TriggeredGroup group = key.get(i);
      if (isOpen.test(group)) {
        windows.put((W) group.window(), group);
      }
    }
    added.forEach(window -> windows.put((W) window, null));
    Context context = new Context(windows);
    windowFn.mergeWindows(context);
    for (Merge<W> merge : context.merges) {
      List<TriggeredGroup> groups = new ArrayList<>(merge.windows().size());
      for (W window : merge.windows()) {
        TriggeredGroup group = windows.get(window);
        if (group != null) {
          groups.add(group);
        }
      }
      sink.merge(groups, merge.result());
    }
  }

  @Override
  public BoundedWindow resultOf(BoundedWindow window) {
    return results.getOrDefault(window, window);
  }
}
