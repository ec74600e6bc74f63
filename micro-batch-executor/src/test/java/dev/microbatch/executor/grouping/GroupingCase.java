package dev.microbatch.executor.grouping;

import dev.microbatch.executor.stage.RunningStage.Manner;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A grouping and what happens to it.
 *
 * @param windowing the windowing strategy
 * @param content what becomes of the values
 * @param manner how the stage works that is put to the test
 * @param parallelism its partitions at the beginning
 * @param rounds what happens, in this order
 */
record GroupingCase(
    WindowingStrategy<?, ?> windowing,
    Content content,
    Manner manner,
    int parallelism,
    List<Round> rounds) {

  /** Copies the list. */
  GroupingCase {
    rounds = List.copyOf(rounds);
  }

  /**
   * A record.
   *
   * @param number of the record, which stands for its value
   * @param timestamp in milliseconds
   */
  record Arrival(String key, long number, long timestamp) {
    @Override
    public String toString() {
      return key + number + "@" + timestamp;
    }
  }

  /**
   * One batch with records, and if it settles, some without behind it.
   *
   * @param arrivals the records
   * @param watermark behind them, in milliseconds
   * @param processingTime of the batch, in milliseconds
   * @param settles whether there is time until the next one
   * @param drain whether the pipeline is being drained
   * @param commits whether there is a commit behind each batch
   * @param restart the number of partitions in which the stage resumes; null if it just goes on
   * @param restartsAtOnce whether that is behind the first batch, and not behind the last
   */
  record Round(
      List<Arrival> arrivals,
      long watermark,
      long processingTime,
      boolean settles,
      boolean drain,
      boolean commits,
      @Nullable Integer restart,
      boolean restartsAtOnce) {

    /** Copies the list. */
    Round {
      arrivals = List.copyOf(arrivals);
    }

    Round withArrivals(List<Arrival> some) {
      return new Round(
          some, watermark, processingTime, settles, drain, commits, restart, restartsAtOnce);
    }

    Round withoutRestart() {
      return new Round(arrivals, watermark, processingTime, settles, drain, false, null, false);
    }

    Round withoutDrain() {
      return new Round(
          arrivals, watermark, processingTime, settles, false, commits, restart, restartsAtOnce);
    }

    Round settled() {
      return new Round(
          arrivals, watermark, processingTime, true, drain, commits, restart, restartsAtOnce);
    }

    @Override
    public String toString() {
      return arrivals
          + " watermark "
          + watermark
          + " at "
          + processingTime
          + (settles ? "" : " at once")
          + (drain ? " draining" : "")
          + (commits ? " committed" : "")
          + (restart == null
              ? ""
              : " restarted in " + restart + (restartsAtOnce ? " at once" : ""));
    }
  }

  /** Whether windows merge, so that the order of values in a pane is not promised. */
  boolean merges() {
    return windowing.needsMerge();
  }

  GroupingCase withWindowing(WindowingStrategy<?, ?> other) {
    return new GroupingCase(other, content, manner, parallelism, rounds);
  }

  GroupingCase withContent(Content other) {
    return new GroupingCase(windowing, other, manner, parallelism, rounds);
  }

  GroupingCase withManner(Manner other) {
    return new GroupingCase(windowing, content, other, parallelism, rounds);
  }

  GroupingCase withParallelism(int other) {
    return new GroupingCase(windowing, content, manner, other, rounds);
  }

  GroupingCase withRounds(List<Round> other) {
    return new GroupingCase(windowing, content, manner, parallelism, other);
  }

  @Override
  public String toString() {
    return String.format(
        "%s%n  trigger %s%n  %s, lateness %d, %s, %s, %s%s%n  %s, %s in %d partitions%n%s",
        windowFn(),
        windowing.getTrigger(),
        windowing.getMode(),
        windowing.getAllowedLateness().getMillis(),
        windowing.getTimestampCombiner(),
        "closing " + windowing.getClosingBehavior(),
        "on time " + windowing.getOnTimeBehavior(),
        windowing.isAlreadyMerged() ? ", already merged" : "",
        content,
        manner,
        parallelism,
        rounds.stream().map(round -> "    " + round + "\n").collect(Collectors.joining()));
  }

  private String windowFn() {
    return windowing.getWindowFn().getClass().getSimpleName()
        + DisplayData.from(windowing.getWindowFn()).asMap().values().stream()
            .map(item -> item.getKey() + "=" + item.getValue())
            .toList();
  }
}
