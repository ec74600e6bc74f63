package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.joda.time.Instant;

/** Sessions: the window of a record begins with it, and lasts as long as the gap. */
final class SessionWindowAssigner implements WindowAssigner {

  private final long gap;
  private long lastTimestamp;
  private List<IntervalWindow> last = List.of();

  SessionWindowAssigner(Sessions fn) {
    this.gap = fn.getGapDuration().getMillis();
  }

  @Override
  public List<IntervalWindow> assign(Object value, Meta meta) {
    long timestamp = meta.timestamp();
    if (timestamp != lastTimestamp || last.isEmpty()) {
      last = List.of(new IntervalWindow(meta.instant(), Instant.ofEpochMilli(timestamp + gap)));
      lastTimestamp = timestamp;
    }
    return last;
  }

  @Override
  public boolean byTimeAlone() {
    return true;
  }
}
