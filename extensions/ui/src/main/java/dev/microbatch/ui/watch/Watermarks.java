package dev.microbatch.ui.watch;

import dev.microbatch.executor.monitor.Snapshot;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Points of event time, in milliseconds, and what their ends mean. */
public final class Watermarks {

  private static final long GLOBAL_END = GlobalWindow.INSTANCE.maxTimestamp().getMillis();

  private Watermarks() {}

  /** Whether nothing follows any more. */
  public static boolean isEnd(long watermark) {
    return watermark >= GLOBAL_END;
  }

  /** Whether it is between the ends of time. */
  public static boolean isKnown(long watermark) {
    return watermark > EventTime.MIN && !isEnd(watermark);
  }

  /** The earliest of what some tasks have; the start of time if there are none yet. */
  public static long earliest(List<StageReport> reports, ToLongFunction<StageReport> of) {
    return reports.stream().mapToLong(of).min().orElse(EventTime.MIN);
  }

  /** The earliest watermark of a pipeline. */
  public static long of(Snapshot snapshot) {
    return snapshot.standing().reports().isEmpty()
        ? EventTime.MIN
        : snapshot.standing().watermark();
  }
}
