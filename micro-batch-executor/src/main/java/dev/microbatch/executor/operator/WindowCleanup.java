package dev.microbatch.executor.operator;

import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.StatefulDoFnRunner.CleanupTimer;
import org.apache.beam.runners.core.TimerInternals;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Instant;

/**
 * The timer that cleans the state of a window when the window has expired. In the global window,
 * whose end is the end of the pipeline, there is none unless user code observes the expiration: it
 * would only be one more timer per key, forever.
 *
 * <p>It holds the output watermark only where user code may still output at the expiration.
 */
final class WindowCleanup<InputT> implements CleanupTimer<InputT> {

  private static final String TIMER_ID = "__MicroBatchWindowCleanup";

  private final TimerInternals timers;
  private final WindowingStrategy<?, ?> windowing;
  private final Coder<BoundedWindow> windowCoder;
  private final boolean observed;

  @SuppressWarnings("unchecked")
  WindowCleanup(TimerInternals timers, WindowingStrategy<?, ?> windowing, boolean observed) {
    this.timers = timers;
    this.windowing = windowing;
    this.windowCoder = (Coder<BoundedWindow>) windowing.getWindowFn().windowCoder();
    this.observed = observed;
  }

  @Override
  public void setForWindow(InputT input, BoundedWindow window) {
    if (!observed && window instanceof GlobalWindow) {
      return;
    }
    Instant at = time(window);
    timers.setTimer(
        StateNamespaces.window(windowCoder, window),
        TIMER_ID,
        "",
        at,
        observed ? window.maxTimestamp() : at,
        TimeDomain.EVENT_TIME);
  }

  @Override
  public boolean isForWindow(
      String timerId, BoundedWindow window, Instant timestamp, TimeDomain timeDomain) {
    return timeDomain == TimeDomain.EVENT_TIME
        && TIMER_ID.equals(timerId)
        && time(window).equals(timestamp);
  }

  /**
   * One millisecond after expiration, so that user timers at the very end still find their state.
   */
  private Instant time(BoundedWindow window) {
    return LateDataUtils.garbageCollectionTime(window, windowing).plus(1);
  }
}
