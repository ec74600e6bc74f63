package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A scenario on its way through a stage, in one of the modes of {@link StageHarness}. All
 * partitions run on the calling thread, one after the other.
 */
final class StageRun {

  /** More batches than any scenario needs: what has not ended by then hangs. */
  private static final int MAX_BATCHES = 1_000;

  private final OneStage one;
  private final StageHarness.Mode mode;
  private final boolean lateInput;
  private final RunningStage stage;
  private final List<Emitted> emitted = new ArrayList<>();

  private long processingTime;
  private int scenarioBatch;
  private long lateDrops;

  /** What the last batch said; a drain is told again to what is restored. */
  private boolean sourceDone;

  /** The earliest watermark that the stage has sent. */
  private long sent = EventTime.MIN;

  StageRun(
      OneStage one,
      StageHarness.Mode mode,
      ScheduledExecutorService timeLimits,
      boolean lateInput) {
    this.one = one;
    this.mode = mode;
    this.lateInput = lateInput;
    RunningStage.Manner manner =
        new RunningStage.Manner(
            StateBackend.HEAP,
            mode.restores(),
            false,
            mode.encodes(),
            mode.oneRecordPerBlock(),
            mode.oneRecordPerBatch() ? 1 : Long.MAX_VALUE);
    this.stage = new RunningStage(one, manner, timeLimits, mode.parallelism(0), this::take);
  }

  private void take(Object value, Meta meta) {
    if (!lateInput && meta.timestamp() < sent) {
      throw new AssertionError(
          mode
              + ": "
              + value
              + " at "
              + meta
              + " is behind the watermark "
              + sent
              + " that was sent before");
    }
    emitted.add(Emitted.of(scenarioBatch, value, meta));
  }

  /** Runs everything; what comes out is compared by the caller. */
  StageHarness.Result run(Scenario scenario) throws IOException {
    try (stage) {
      if (one.stage().isSource()) {
        read(scenario.batches().stream().anyMatch(Scenario.Batch::drain));
      } else {
        Scenario.Batch before =
            new Scenario.Batch(List.of(), EventTime.MIN, EventTime.MIN, 0, false);
        for (Scenario.Batch batch : scenario.batches()) {
          play(before, batch);
          before = batch;
          scenarioBatch++;
        }
      }
      return new StageHarness.Result(emitted, lateDrops, sent);
    }
  }

  private void read(boolean drain) throws IOException {
    Scenario.Batch nothing = new Scenario.Batch(List.of(), EventTime.MIN, EventTime.MIN, 0, false);
    while (sent < EventTime.MAX || !sourceDone) {
      batch(List.of(), nothing, nothing, drain && stage.batches() > 0);
      checkNumber();
    }
  }

  private void play(Scenario.Batch before, Scenario.Batch batch) throws IOException {
    processingTime = Math.max(processingTime, batch.processingTime());
    List<Scenario.Arrival> last = batch.arrivals();
    if (mode.oneRecordPerBatch()) {
      for (; last.size() > 1; last = last.subList(1, last.size())) {
        batch(last.subList(0, 1), before, before, batch.drain());
      }
    }
    if (mode.isUneven() && stage.parallelism() > 1) {
      batch(last, batch, before, batch.drain());
      last = List.of();
    }
    batch(last, batch, batch, batch.drain());
    while (stage.reports().stream().anyMatch(this::goesOn)) {
      processingTime++;
      batch(List.of(), batch, batch, batch.drain());
      checkNumber();
    }
  }

  /** Whether the loop would run another batch at once; {@code AT_ONCE} is due at any time. */
  private boolean goesOn(StageReport report) {
    return report.nextWakeUp() <= processingTime || report.withholds();
  }

  private void checkNumber() {
    if (stage.batches() > MAX_BATCHES) {
      throw new AssertionError(mode + ": does not come to an end: " + stage.reports());
    }
  }

  /**
   * Runs one batch, and the commit behind it.
   *
   * @param times what the upstream partitions say at their ends
   * @param behind what one of them says instead
   */
  private void batch(
      List<Scenario.Arrival> arrivals, Scenario.Batch times, Scenario.Batch behind, boolean drain)
      throws IOException {
    stage.batch(arrivals, times, behind, processingTime, drain);
    sourceDone = stage.reports().stream().allMatch(StageReport::sourceDone);
    check(behind);
    stage.commit();
    if (mode.restores()) {
      stage.restart(mode.parallelism(stage.batches()));
    }
  }

  private void check(Scenario.Batch earliest) {
    long watermark = EventTime.MAX;
    for (StageReport report : stage.reports()) {
      watermark = Math.min(watermark, report.times().watermark());
      lateDrops += report.lateDrops();
      if (one.inputs().stream()
          .filter(input -> input.viewId() == null && input.kind() != Exchange.Kind.FORWARD)
          .anyMatch(input -> report.times().watermark() > earliest.watermark())) {
        throw new AssertionError(
            mode
                + ": the watermark that was sent, "
                + report.times()
                + ", is ahead of an input: "
                + earliest.watermark());
      }
    }
    if (watermark < sent) {
      throw new AssertionError(
          mode + ": the watermark goes back from " + sent + " to " + watermark);
    }
    sent = watermark;
  }
}
