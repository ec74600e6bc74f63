package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;

/**
 * Sliding windows. They hold until the next window begins or the oldest of them ends, and back to
 * where the newest began or the window before the oldest ended:
 *
 * <pre>
 *   before the oldest  |---------|
 *   oldest                 |---------|
 *   newest                     |---------|
 *   next                           |---------|
 *   the two hold for             [)
 * </pre>
 */
final class SlidingWindowAssigner extends CachingWindowAssigner {

  private final SlidingWindows fn;
  private final long size;
  private final long period;

  /** As in {@link FixedWindowAssigner}. */
  private final long roundsDownFrom;

  SlidingWindowAssigner(SlidingWindows fn) {
    this.fn = fn;
    this.size = fn.getSize().getMillis();
    this.period = fn.getPeriod().getMillis();
    this.roundsDownFrom = fn.getOffset().getMillis() - period;
  }

  @Override
  Span assignAnew(Meta meta) {
    List<IntervalWindow> windows = List.copyOf(fn.assignWindows(meta.instant()));
    if (meta.timestamp() < roundsDownFrom || windows.isEmpty()) {
      return Span.at(meta.timestamp(), windows);
    }
    // Beam lists the newest window first.
    long newest = windows.get(0).start().getMillis();
    long oldest = windows.get(windows.size() - 1).start().getMillis();
    return new Span(
        Math.max(roundsDownFrom, Math.max(newest, oldest - period + size)),
        Math.min(newest + period, oldest + size),
        windows);
  }
}
