package dev.microbatch.ui.watch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.StepBytes;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.Snapshot;
import dev.microbatch.executor.monitor.Totals;
import dev.microbatch.executor.monitor.Work;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.state.StateSize;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What there is to be known of a pipeline at a moment: sums as they are, and rates and shares since
 * about ten seconds before.
 *
 * @param plan what is run
 * @param before the pipeline about ten seconds before, or when it was seen first
 * @param now the pipeline now
 * @param state what it is doing
 */
public record View(Plan plan, Sample before, Sample now, State state) {

  private static final double NANOS = 1e9;

  /** The pipeline as it was behind its last batch that was told. */
  public Snapshot snapshot() {
    return now.snapshot();
  }

  /** Since when rates and shares are given, in nanoseconds; at least one. */
  public long recentNanos() {
    return Math.max(1, now.nanos() - before.nanos());
  }

  private Totals totals() {
    return snapshot().done().totals();
  }

  private Totals earlier() {
    return before.snapshot().done().totals();
  }

  /** So many since the moment before, in a second. */
  public double perSecond(long count) {
    return count * NANOS / recentNanos();
  }

  /** What a stage has done. */
  public Work work(int stage) {
    return totals().stage(stage);
  }

  /** What a stage has done lately. */
  public Work recent(int stage) {
    return totals().stage(stage).minus(earlier().stage(stage));
  }

  /** What one partition of a stage has done. */
  public Work work(int stage, int partition) {
    return partition < totals().partitions() ? totals().task(stage, partition) : Work.NONE;
  }

  /** What one partition of a stage has done lately. */
  public Work recent(int stage, int partition) {
    Work then = partition < earlier().partitions() ? earlier().task(stage, partition) : Work.NONE;
    return work(stage, partition).minus(then);
  }

  /** How many records have crossed an exchange. */
  public long sent(int exchange) {
    return totals().sent(exchange);
  }

  /** How many records have crossed an exchange lately. */
  public long recentlySent(int exchange) {
    return totals().sent(exchange) - earlier().sent(exchange);
  }

  /** How many records have left a stage, once for each partition they go to. */
  public long out(int stage) {
    return plan.exchanges().stream()
        .filter(exchange -> exchange.fromStage() == stage)
        .mapToLong(exchange -> sent(exchange.id()))
        .sum();
  }

  /** How many records have left a stage lately. */
  public long recentlyOut(int stage) {
    return plan.exchanges().stream()
        .filter(exchange -> exchange.fromStage() == stage)
        .mapToLong(exchange -> recentlySent(exchange.id()))
        .sum();
  }

  /** How many records all sources have read. */
  public long read() {
    return plan.stages().stream()
        .filter(Stage::isSource)
        .mapToLong(stage -> work(stage.id()).recordsIn())
        .sum();
  }

  /** How many records all sources have read lately. */
  public long recentlyRead() {
    return plan.stages().stream()
        .filter(Stage::isSource)
        .mapToLong(stage -> recent(stage.id()).recordsIn())
        .sum();
  }

  /** How many batches have run lately. */
  public long recentBatches() {
    return snapshot().done().batches() - before.snapshot().done().batches();
  }

  /**
   * A share of the time of so many threads, 0 to 1.
   *
   * @param nanos the time that was taken, in nanoseconds
   * @param threads how many there are
   */
  public double share(long nanos, int threads) {
    return Math.min(1, Math.max(0, (double) nanos / recentNanos() / threads));
  }

  /**
   * By how much a watermark is behind the clock, in milliseconds; null at both ends of time, and
   * when the pipeline has ended, which is not late any more.
   */
  public @Nullable Long lag(long watermark) {
    return Watermarks.isKnown(watermark) && !state.isEnd()
        ? Math.max(0, now.millis() - watermark)
        : null;
  }

  /** What the partitions of a stage reported last; empty before it is open. */
  public List<StageReport> reports(int stage) {
    List<StageReport> reports = new ArrayList<>();
    for (StageReport report : snapshot().standing().reports()) {
      if (report.stage() == stage) {
        reports.add(report);
      }
    }
    return reports;
  }

  /** What a task found when it looked at itself. */
  public StateSize size(int stage, int partition) {
    TaskFigures.Survey survey = snapshot().survey(stage, partition);
    return survey == null ? StateSize.NONE : survey.size();
  }

  /** What all partitions of a stage keep. */
  public StateSize size(int stage) {
    StateSize sum = StateSize.NONE;
    for (int partition = 0; partition < snapshot().parallelism(); partition++) {
      sum = sum.plus(size(stage, partition));
    }
    return sum;
  }

  /** Where the splits stand that one partition of a source reads. */
  public List<SplitStatus> splits(int stage, int partition) {
    TaskFigures.Survey survey = snapshot().survey(stage, partition);
    return survey == null ? List.of() : survey.splits();
  }

  /** How many bytes all readers know to be unread; null if none of them says. */
  public @Nullable Long backlogBytes() {
    Long sum = null;
    for (Stage stage : plan.stages()) {
      for (int partition = 0; partition < snapshot().parallelism(); partition++) {
        for (SplitStatus split : splits(stage.id(), partition)) {
          if (split.backlogBytes() != SplitStatus.UNKNOWN) {
            sum = (sum == null ? 0 : sum) + split.backlogBytes();
          }
        }
      }
    }
    return sum;
  }

  /** How many bytes the last commit keeps of a stage; null if nothing is written. */
  public @Nullable Long stateBytes(Stage stage) {
    CommitRecord commit = snapshot().commit();
    CommitStats stats = commit == null ? null : commit.stats();
    if (stats == null) {
      return null;
    }
    long sum = 0;
    for (StepBytes kept : stats.steps()) {
      for (Step step : stage.steps()) {
        if (step.name().equals(kept.step())) {
          sum += kept.kept();
        }
      }
    }
    return sum;
  }

  /**
   * Records of the partition that took most lately, over the mean of all; null with one partition
   * or too few records to say.
   */
  public @Nullable Double skew(int stage, long least) {
    int partitions = snapshot().parallelism();
    long sum = 0;
    long most = 0;
    for (int partition = 0; partition < partitions; partition++) {
      long records = recent(stage, partition).recordsIn();
      sum += records;
      most = Math.max(most, records);
    }
    return partitions < 2 || sum < least ? null : (double) most * partitions / sum;
  }
}
