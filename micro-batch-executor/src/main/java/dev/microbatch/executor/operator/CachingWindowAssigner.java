package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * Remembers the last windows and the span of time for which they hold. Records come more or less in
 * the order of time, so most of them share the windows of their predecessor.
 */
abstract class CachingWindowAssigner implements WindowAssigner {

  private List<? extends BoundedWindow> windows = List.of();

  /** Milliseconds; the windows hold for {@code from <= timestamp < to}. */
  private long from;

  private long to;

  @Override
  public final List<? extends BoundedWindow> assign(Object value, Meta meta) throws Exception {
    long timestamp = meta.timestamp();
    if (timestamp < from || timestamp >= to) {
      from = timestamp;
      to = timestamp + 1;
      windows = assignAnew(meta);
    }
    return windows;
  }

  @Override
  public final boolean byTimeAlone() {
    return true;
  }

  /** The last windows. */
  final List<? extends BoundedWindow> last() {
    return windows;
  }

  /**
   * Asks the WindowFn. The answer holds for this timestamp only, unless {@link #holds} says more.
   *
   * @param meta the metadata of the record
   */
  abstract List<? extends BoundedWindow> assignAnew(Meta meta) throws Exception;

  /**
   * Says for which timestamps the new windows hold.
   *
   * @param first the first, in milliseconds
   * @param end behind the last, in milliseconds
   */
  final void holds(long first, long end) {
    from = first;
    to = end;
  }
}
