package dev.microbatch.executor.batch;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.util.List;
import java.util.Map;

/**
 * Says whether a batch without records would do anything for the watermarks to which sources have
 * come meanwhile. It takes them through the plan as a batch would: the watermark of a stage is the
 * earliest of its inputs, and leaves it no later than its holds. As long as nothing is due on the
 * way, no hold moves, so that the result is exact. A stage whose times lag behind asks for a batch
 * by itself.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class WatermarkForecast {

  private final Plan plan;
  private final int parallelism;

  /** What each task reported behind the last batch, by stage and partition. */
  private final StageReport[][] reports;

  /** How far each source task has come since. */
  private final long[][] sources;

  /** What each task would send. */
  private final long[][] sent;

  private boolean moved;

  /**
   * Creates it; {@link #batch} comes first.
   *
   * @param plan what is run
   * @param parallelism how many partitions there are
   */
  WatermarkForecast(Plan plan, int parallelism) {
    this.plan = plan;
    this.parallelism = parallelism;
    int stages = plan.stages().size();
    this.reports = new StageReport[stages][parallelism];
    this.sources = new long[stages][parallelism];
    this.sent = new long[stages][parallelism];
  }

  /**
   * Begins with where a batch has left the stages.
   *
   * @param all the reports of all tasks
   */
  void batch(List<StageReport> all) {
    moved = false;
    for (StageReport report : all) {
      reports[report.stage()][report.partition()] = report;
      sources[report.stage()][report.partition()] = report.times().watermark();
    }
  }

  /**
   * Takes how far a source has come since the batch.
   *
   * @param report what it said when it was polled
   */
  void polled(PollReport report) {
    long[] of = sources[report.stage()];
    if (report.watermark() > of[report.partition()]) {
      of[report.partition()] = report.watermark();
      moved = true;
    }
  }

  /** Whether a batch would fire something, let records in, or bring a stage to the end of time. */
  boolean anyIsDue() {
    if (!moved) {
      return false;
    }
    for (Stage stage : plan.stages()) {
      for (int partition = 0; partition < parallelism; partition++) {
        if (isDue(stage, partition)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Also notes what the task would send. */
  private boolean isDue(Stage stage, int partition) {
    StageReport report = reports[stage.id()][partition];
    for (Map.Entry<Integer, Long> view : report.awaitedViews().entrySet()) {
      if (input(view.getKey(), partition) >= view.getValue()) {
        return true;
      }
    }
    long watermark = stage.isSource() ? sources[stage.id()][partition] : EventTime.MAX;
    for (int exchange : stage.mainInputs()) {
      watermark = Math.min(watermark, input(exchange, partition));
    }
    watermark = Math.min(watermark, report.inputHold());
    if (watermark >= report.nextEventTime()) {
      return true;
    }
    long before = report.times().watermark();
    long after = Math.max(before, Math.min(watermark, report.outputHold()));
    sent[stage.id()][partition] = after;
    return after >= EventTime.MAX && before < EventTime.MAX;
  }

  private long input(int id, int partition) {
    Exchange exchange = plan.exchanges().get(id);
    long[] from = sent[exchange.fromStage()];
    if (exchange.kind() == Exchange.Kind.FORWARD) {
      return from[partition];
    }
    long earliest = EventTime.MAX;
    for (long watermark : from) {
      earliest = Math.min(earliest, watermark);
    }
    return earliest;
  }
}
