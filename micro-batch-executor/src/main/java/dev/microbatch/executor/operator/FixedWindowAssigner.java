package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;

/** Fixed windows: each holds for every timestamp inside. */
final class FixedWindowAssigner extends CachingWindowAssigner {

  private final FixedWindows fn;

  /**
   * The first timestamp for which {@link FixedWindows} rounds down, in milliseconds. Before it, in
   * the depths of the past, it rounds up, and a window need not contain its timestamps.
   */
  private final long roundsDownFrom;

  FixedWindowAssigner(FixedWindows fn) {
    this.fn = fn;
    this.roundsDownFrom = fn.getOffset().getMillis() - fn.getSize().getMillis();
  }

  @Override
  Span assignAnew(Meta meta) {
    IntervalWindow window = fn.assignWindow(meta.instant());
    List<IntervalWindow> windows = List.of(window);
    return meta.timestamp() < roundsDownFrom
        ? Span.at(meta.timestamp(), windows)
        : new Span(
            Math.max(window.start().getMillis(), roundsDownFrom),
            window.end().getMillis(),
            windows);
  }
}
