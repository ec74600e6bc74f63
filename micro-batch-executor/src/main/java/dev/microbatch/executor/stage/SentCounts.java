package dev.microbatch.executor.stage;

import java.util.Comparator;
import java.util.List;

/**
 * How many records one stage has handed over to each exchange in one partition, in the order of the
 * exchanges' ids.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class SentCounts {

  private final List<ExchangeWriter> writers;
  private final long[] told;

  /**
   * Creates it.
   *
   * @param writers one for each exchange that leaves the stage
   */
  SentCounts(List<ExchangeWriter> writers) {
    this.writers =
        writers.stream().sorted(Comparator.comparingInt(ExchangeWriter::exchange)).toList();
    this.told = new long[writers.size()];
  }

  /** What was handed over since this was asked the last time. */
  long[] take() {
    long[] more = new long[told.length];
    for (int i = 0; i < more.length; i++) {
      long count = writers.get(i).count();
      more[i] = count - told[i];
      told[i] = count;
    }
    return more;
  }
}
