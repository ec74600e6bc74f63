package dev.microbatch.executor.batch;

import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import java.util.BitSet;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Asks sources for records while no batch has anything to do, and knows what has come of it since
 * the last batch.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class SourcePolls {

  private final WatermarkForecast forecast;

  /** What sources may read in the next batch, if it begins with records of theirs. */
  private @Nullable ReadShares shares;

  private long vain;
  private long askedNanos;
  private long recordNanos;

  /**
   * Creates it; {@link #standsAt} and {@link #begin} come first.
   *
   * @param plan what is run
   * @param parallelism how many partitions there are
   */
  SourcePolls(Plan plan, int parallelism) {
    this.forecast = new WatermarkForecast(plan, parallelism);
  }

  /** The loop begins at this time of the monotone clock. */
  void begin(long nanos) {
    askedNanos = nanos;
    recordNanos = nanos;
  }

  /** Takes where a batch has left the stages, or where they stand before the first. */
  void standsAt(List<StageReport> reports) {
    forecast.batch(reports);
  }

  /**
   * A batch has ended, and has asked sources too.
   *
   * @param records how many it read
   * @param nanos when, by the monotone clock
   */
  void batch(long records, long nanos) {
    askedNanos = nanos;
    if (records > 0) {
      vain = 0;
      recordNanos = nanos;
    }
  }

  /**
   * Asks.
   *
   * @param engine whose sources are asked
   * @param ready the source stages that may read
   * @param dealt how many records each may read in the batch that follows
   * @param readers what all readers reported behind the last batch
   */
  void ask(Engine engine, BitSet ready, ReadShares dealt, List<StageReport> readers) {
    BitSet partitions = new BitSet();
    for (StageReport reader : readers) {
      if (ready.get(reader.stage())
          && !reader.sourceDone()
          && dealt.of(reader.stage(), reader.partition()) > 0) {
        partitions.set(reader.partition());
      }
    }
    for (PollReport report : engine.poll(new Poll(ready, partitions, dealt))) {
      forecast.polled(report);
      if (report.hasRecord()) {
        shares = dealt;
      }
    }
  }

  /** Notes when the last poll was over. */
  void asked(long nanos) {
    vain++;
    askedNanos = nanos;
  }

  /** Whether the next batch has something to do because of what was found. */
  boolean haveFoundWork() {
    return shares != null || forecast.anyIsDue();
  }

  /** What a batch may read that begins with records that were found; null if none were. */
  @Nullable ReadShares takeShares() {
    ReadShares taken = shares;
    shares = null;
    return taken;
  }

  /** How often sources have been asked since the last record. */
  long vain() {
    return vain;
  }

  /** When sources were asked last, by the monotone clock. */
  long askedNanos() {
    return askedNanos;
  }

  /** When the last record was read, by the monotone clock. */
  long recordNanos() {
    return recordNanos;
  }
}
