package dev.microbatch.executor.operator;

import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Remembers the windows that records came in lately, so that most records compute nothing. */
final class StatefulWindows {

  /** How many are remembered; a power of two. */
  private static final int REMEMBERED = 64;

  private final WindowingStrategy<?, ?> windowing;
  private final Coder<BoundedWindow> windowCoder;
  private final @Nullable StatefulWindow[] known = new StatefulWindow[REMEMBERED];
  private @Nullable StatefulWindow last;

  @SuppressWarnings("unchecked") // The windows of a strategy are those of its coder.
  StatefulWindows(WindowingStrategy<?, ?> windowing) {
    this.windowing = windowing;
    this.windowCoder = (Coder<BoundedWindow>) windowing.getWindowFn().windowCoder();
  }

  /** What is known of a window. */
  @SuppressWarnings("ReferenceEquality") // A shortcut: most records share the window of the last.
  StatefulWindow of(BoundedWindow window) {
    StatefulWindow latest = last;
    if (latest != null && (latest.window() == window || latest.window().equals(window))) {
      return latest;
    }
    int hash = window.hashCode();
    int slot = (hash ^ (hash >>> 16) ^ (hash >>> 8)) & (REMEMBERED - 1);
    StatefulWindow found = known[slot];
    if (found == null || !found.window().equals(window)) {
      found =
          new StatefulWindow(
              window,
              StateNamespaces.window(windowCoder, window),
              LateDataUtils.garbageCollectionTime(window, windowing).getMillis());
      known[slot] = found;
    }
    last = found;
    return found;
  }
}
