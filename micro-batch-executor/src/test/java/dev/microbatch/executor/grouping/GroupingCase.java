package dev.microbatch.executor.grouping;

import dev.microbatch.executor.stage.RunningStage.Manner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.values.WindowingStrategy;

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

  /** Copies the list, and lets things settle before a drain. */
  GroupingCase {
    rounds = settledBeforeDrain(rounds);
  }

  /**
   * A watermark that lags by a batch, because something else has fired, may make a pane fire in a
   * drain that did not cause it. Which partitions lag depends on where the keys are.
   */
  private static List<Round> settledBeforeDrain(List<Round> rounds) {
    List<Round> settled = new ArrayList<>(rounds);
    for (int i = 0; i + 1 < rounds.size(); i++) {
      if (rounds.get(i + 1).drain() && !rounds.get(i).drain()) {
        settled.set(i, rounds.get(i).settled());
      }
    }
    return List.copyOf(settled);
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

  /** When a stage resumes from a commit in new programs. */
  enum Restart {
    NEVER,
    /** Behind the first batch of a round. */
    AT_ONCE,
    /** Behind the last batch of a round. */
    SETTLED,
    /** Behind the first batch, from the commit before it: what that batch has done is lost. */
    CRASHED
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
   * @param restart whether and when it restarts
   * @param partitions how many there are after a restart
   */
  record Round(
      List<Arrival> arrivals,
      long watermark,
      long processingTime,
      boolean settles,
      boolean drain,
      boolean commits,
      Restart restart,
      int partitions) {

    /** Copies the list. */
    Round {
      arrivals = List.copyOf(arrivals);
    }

    Round withArrivals(List<Arrival> some) {
      return new Round(
          some, watermark, processingTime, settles, drain, commits, restart, partitions);
    }

    Round withoutRestart() {
      return new Round(
          arrivals, watermark, processingTime, settles, drain, false, Restart.NEVER, 1);
    }

    Round withoutDrain() {
      return new Round(
          arrivals, watermark, processingTime, settles, false, commits, restart, partitions);
    }

    Round settled() {
      return new Round(
          arrivals, watermark, processingTime, true, drain, commits, restart, partitions);
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
          + (restart == Restart.NEVER ? "" : " restarted " + restart + " in " + partitions);
    }
  }

  /** Whether windows merge, so that the order of values in a pane is not promised. */
  boolean merges() {
    return windowing.needsMerge();
  }

  /** Whether the values of a pane have to come in the order in which they went in. */
  boolean keepsOrder() {
    return windowing.getWindowFn() instanceof PartitioningWindowFn<?, ?>
        || windowing.getWindowFn() instanceof GlobalWindows;
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
