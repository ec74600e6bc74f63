package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Remembers the windows of a few spans of time. Records come more or less in the order of time, so
 * most of them share the windows of their predecessor, or those of one that came shortly before.
 * Records that share their windows share the list of them, too, by which the steps behind know.
 */
abstract class CachingWindowAssigner implements WindowAssigner {

  /** How many spans are remembered besides the last; a power of two. */
  private static final int REMEMBERED = 8;

  private final @Nullable Span[] remembered = new Span[REMEMBERED];
  private int next;
  private Span last = new Span(0, 0, List.of());

  /**
   * Windows, and for which timestamps they hold.
   *
   * @param from the first timestamp, in milliseconds
   * @param to behind the last one, in milliseconds
   * @param windows the windows
   */
  record Span(long from, long to, List<? extends BoundedWindow> windows) {

    /** Windows of which it is not known whether they hold for any other timestamp. */
    static Span at(long timestamp, List<? extends BoundedWindow> windows) {
      return new Span(timestamp, timestamp + 1, windows);
    }

    private boolean contains(long timestamp) {
      return from <= timestamp && timestamp < to;
    }
  }

  @Override
  public final List<? extends BoundedWindow> assign(Object value, Meta meta) throws Exception {
    if (!last.contains(meta.timestamp())) {
      last = find(meta);
    }
    return last.windows();
  }

  private Span find(Meta meta) throws Exception {
    long timestamp = meta.timestamp();
    for (Span span : remembered) {
      if (span != null && span.contains(timestamp)) {
        return span;
      }
    }
    Span found = assignAnew(meta);
    if (found.to() - found.from() > 1) {
      remembered[next] = found;
      next = (next + 1) & (REMEMBERED - 1);
    }
    return found;
  }

  @Override
  public final boolean byTimeAlone() {
    return true;
  }

  /** The last windows. */
  final List<? extends BoundedWindow> last() {
    return last.windows();
  }

  /**
   * Asks the WindowFn.
   *
   * @param meta the metadata of the record
   * @return the windows, with a span that contains the timestamp of the record
   */
  abstract Span assignAnew(Meta meta) throws Exception;
}
