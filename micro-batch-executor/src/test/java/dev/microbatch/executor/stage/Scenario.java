package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.view.ViewPane;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;

/**
 * What comes to a stage, and when: batches of records, each with the times that hold at its end.
 * The calls read in the order of time; {@link #end} ends a batch.
 */
public final class Scenario {

  /**
   * A record on its way.
   *
   * @param input the number of the input
   */
  public record Arrival(int input, Object value, Meta meta) {}

  /**
   * What comes together.
   *
   * @param arrivals the records
   * @param watermark of the main inputs, at the end
   * @param sideWatermark of the side inputs, at the end
   * @param processingTime of all of it
   * @param drain whether the pipeline is being drained
   */
  public record Batch(
      List<Arrival> arrivals,
      long watermark,
      long sideWatermark,
      long processingTime,
      boolean drain) {}

  private final List<Batch> batches = new ArrayList<>();
  private List<Arrival> arrivals = new ArrayList<>();
  private long sideWatermark = EventTime.MIN;
  private long processingTime;
  private boolean drain;

  List<Batch> batches() {
    return batches;
  }

  /** Sends a record to the first input, in the global window. */
  public Scenario record(Object value, long timestamp) {
    return record(value, Meta.inGlobalWindow(timestamp));
  }

  /** Sends a record to the first input. */
  public Scenario record(Object value, long timestamp, BoundedWindow... windows) {
    return record(value, Meta.of(timestamp, List.of(windows), PaneInfo.NO_FIRING));
  }

  /** Sends a record to the first input. */
  public Scenario record(Object value, Meta meta) {
    return record(0, value, meta);
  }

  /** Sends a record to an input. */
  public Scenario record(int input, Object value, Meta meta) {
    arrivals.add(new Arrival(input, value, meta));
    return this;
  }

  /** Sends the contents of a side input in a window, as of one firing. */
  public Scenario pane(int input, BoundedWindow window, long index, Object... elements) {
    PaneInfo pane = PaneInfo.createPane(index == 0, false, Timing.EARLY, index, -1);
    return record(
        input,
        new ViewPane(List.of(elements)),
        Meta.of(window.maxTimestamp().getMillis(), window, pane));
  }

  /** Sets how far the side inputs have come at the end of this batch, in milliseconds. */
  public Scenario sideWatermark(long millis) {
    sideWatermark = millis;
    return this;
  }

  /** Sets the processing time of this batch and those behind it, in milliseconds. */
  public Scenario processingTime(long millis) {
    processingTime = millis;
    return this;
  }

  /** Drains the pipeline from this batch on. */
  public Scenario drain() {
    drain = true;
    return this;
  }

  /** Ends a batch; the main inputs have come so far, in milliseconds. */
  public Scenario end(long watermark) {
    batches.add(new Batch(arrivals, watermark, sideWatermark, processingTime, drain));
    arrivals = new ArrayList<>();
    return this;
  }

  /** Ends a batch, and all time with it. */
  public Scenario endOfTime() {
    sideWatermark = EventTime.MAX;
    return end(EventTime.MAX);
  }
}
