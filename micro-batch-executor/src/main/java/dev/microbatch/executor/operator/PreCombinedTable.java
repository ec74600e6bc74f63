package dev.microbatch.executor.operator;

import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.combine.Chunks;
import java.util.Collection;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;

/** The accumulators of values with the same windows, and their event times. */
final class PreCombinedTable {

  private final Collection<? extends BoundedWindow> windows;
  private final long end;
  private final AccumulatorTable combined;
  private final TimestampCombiner times;
  private final Chunks.Longs timestamps = new Chunks.Longs();

  /**
   * Creates it.
   *
   * @param windows the windows, as the first record brought them
   * @param end when the first of them ends, in milliseconds
   * @param combined an empty table
   * @param times how event times are combined
   */
  PreCombinedTable(
      Collection<? extends BoundedWindow> windows,
      long end,
      AccumulatorTable combined,
      TimestampCombiner times) {
    this.windows = windows;
    this.end = end;
    this.combined = combined;
    this.times = times;
  }

  Collection<? extends BoundedWindow> windows() {
    return windows;
  }

  long end() {
    return end;
  }

  AccumulatorTable combined() {
    return combined;
  }

  /**
   * Combines the event time of a value with those before, in milliseconds.
   *
   * @param row the row of its key
   * @param timestamp the event time
   * @param first whether it is the first value of the key
   */
  void at(int row, long timestamp, boolean first) {
    switch (times) {
      case END_OF_WINDOW -> {}
      case EARLIEST ->
          timestamps.set(row, first ? timestamp : Math.min(timestamps.get(row), timestamp));
      case LATEST ->
          timestamps.set(row, first ? timestamp : Math.max(timestamps.get(row), timestamp));
    }
  }

  /** The combined event time of a key, in milliseconds. */
  long time(int row) {
    return times == TimestampCombiner.END_OF_WINDOW ? end : timestamps.get(row);
  }
}
