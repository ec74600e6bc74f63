package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, once every few seconds, how a long pipeline gets on.
 *
 * <p>Not thread-safe: told by the thread that drives the pipeline.
 */
final class Progress implements LoopListener {

  private static final Logger LOG = LoggerFactory.getLogger(MicroBatchLoop.class);
  private static final long EVERY_NANOS = Clock.toNanos(5_000);

  private final Plan plan;
  private final Clock clock;
  private final long startNanos;
  private long lastNanos;
  private long batches;
  private long records;
  private long lastRecords;
  private long lateDrops;

  Progress(Plan plan, Clock clock) {
    this.plan = plan;
    this.clock = clock;
    this.startNanos = clock.nanos();
    this.lastNanos = startNanos;
  }

  @Override
  public void batch(BatchSummary batch) {
    PipelineStatus status = batch.status();
    CommitStats commit = batch.commit().last();
    batches++;
    records += status.records();
    for (long dropped : status.lateDrops()) {
      lateDrops += dropped;
    }
    long now = clock.nanos();
    if (now - lastNanos >= EVERY_NANOS) {
      LOG.info(
          "{}: {} batches, {} records read, {} records/s, watermark {}{}{}{}",
          plan.name(),
          batches,
          records,
          Math.round((records - lastRecords) * 1e9 / (now - lastNanos)),
          EventTime.describe(status.watermark()),
          describeLate(),
          records > lastRecords ? "" : describeAwaited(status),
          commit == null ? "" : describe(commit));
      lastNanos = now;
      lastRecords = records;
    }
  }

  private String describeLate() {
    return lateDrops == 0 ? "" : ", " + lateDrops + " dropped as late";
  }

  private String describeAwaited(PipelineStatus status) {
    String awaited = status.describeAwaited(plan);
    return awaited.isEmpty() ? "" : ", waiting for records from " + awaited;
  }

  private static String describe(CommitStats commit) {
    return String.format(
        Locale.ROOT,
        ", commit %d: %,d bytes in %,d ms",
        commit.commit(),
        commit.bytes(),
        commit.nanos() / 1_000_000);
  }

  @Override
  public void ended(LoopEnd end) {
    LOG.info(
        "{} {}: {} batches, {} records read{} in {} s",
        plan.name(),
        describe(end),
        batches,
        records,
        describeLate(),
        String.format("%.1f", (clock.nanos() - startNanos) / 1e9));
  }

  private static String describe(LoopEnd end) {
    return switch (end.how()) {
      case DONE -> end.drained() ? "was drained" : "is done";
      case CANCELLED -> "was cancelled";
      case STOPPED -> "has stopped at commit " + end.durableCommit();
    };
  }
}
