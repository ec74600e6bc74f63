package dev.microbatch.kafka.kill;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run has shown.
 *
 * @param seed what chose the keys and the moments
 * @param seconds how long it took
 * @param kills how often the pipeline was killed
 * @param killsBeforeFirstResult how often it had not written anything since its start
 * @param events how many events were produced
 * @param restarts from start to first result of each life after the first that wrote one
 * @param tallies the figures of each output topic
 * @param differences the first differences of each kind
 * @param failure why the run was given up, if it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Report(
    long seed,
    long seconds,
    int kills,
    int killsBeforeFirstResult,
    int events,
    Restarts restarts,
    List<Ledger.Tally> tallies,
    List<String> differences,
    @Nullable String failure) {

  /** Returns whether everything was there, exactly once. */
  boolean isClean() {
    return failure == null && tallies.stream().allMatch(Ledger.Tally::isClean);
  }

  /** Returns the report in words. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d kills (%d before the first result of a life), %,d events, %d s, seed %d%n"
            .formatted(kills, killsBeforeFirstResult, events, seconds, seed));
    if (restarts.count() > 0) {
      text.append(
          "from start to first result: median %.1f s, longest %.1f s (%d restarts)%n"
              .formatted(
                  restarts.medianMillis() / 1e3, restarts.longestMillis() / 1e3, restarts.count()));
    }
    for (Ledger.Tally tally : tallies) {
      text.append(
          "%-8s  %,d expected, %,d right, %,d lost, %,d twice, %,d wrong%n"
              .formatted(
                  tally.name(),
                  tally.expected(),
                  tally.right(),
                  tally.lost(),
                  tally.duplicates(),
                  tally.wrong()));
    }
    differences.forEach(difference -> text.append("  ").append(difference).append('\n'));
    if (failure != null) {
      text.append("given up: ").append(failure).append('\n');
    }
    return text.append(isClean() ? "exactly once" : "NOT exactly once").toString();
  }

  /**
   * From start to first result.
   *
   * @param count of how many starts
   * @param medianMillis the median, in milliseconds
   * @param longestMillis the longest, in milliseconds
   */
  record Restarts(int count, long medianMillis, long longestMillis) {

    static Restarts of(List<Long> millis) {
      List<Long> sorted = millis.stream().sorted().toList();
      int count = sorted.size();
      return count == 0
          ? new Restarts(0, 0, 0)
          : new Restarts(count, sorted.get(count / 2), sorted.get(count - 1));
    }
  }
}
