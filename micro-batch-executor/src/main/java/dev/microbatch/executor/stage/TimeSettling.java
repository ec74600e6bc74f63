package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.time.Lag;

/** TODO-DOC */
final class TimeSettling {

  private final StageProgress progress;
  private final StepRunner steps;

  /**
   * Settles the times of one stage in one partition.
   *
   * @param progress the times, and how far they are left behind
   * @param steps the steps, whose head may fire
   */
  TimeSettling(StageProgress progress, StepRunner steps) {
    this.progress = progress;
    this.steps = steps;
  }

  /**
   * Takes the times of a batch and fires what they make due. To be called once per batch, within
   * the head, when all of its records have come.
   *
   * @param input what has come behind the last blocks
   * @throws Exception whatever user code throws
   */
  void settle(Times input) throws Exception {
    TimedOperator head = steps.timed();
    StageTimes times = progress.times();
    long synchronizedTime = Math.min(input.synchronizedTime(), times.processingTime());
    if (head == null) {
      times.advanceWatermark(input.watermark());
      times.advanceSynchronizedProcessingTime(synchronizedTime);
      return;
    }
    Lag lag = progress.inputLag();
    if (lag.isBehind()) {
      advanceWatermark(head, lag.asked());
    }
    times.advanceSynchronizedProcessingTime(synchronizedTime);
    boolean early = head.isDue();
    if (early) {
      steps.ensureBundle();
      head.fireEarly();
    }
    if (head.hasBuffered()) {
      steps.ensureBundle();
    }
    head.inputComplete();
    advanceWatermark(head, lag.apply(Math.min(input.watermark(), head.inputHold()), early));
  }

  private void advanceWatermark(TimedOperator head, long watermark) throws Exception {
    StageTimes times = progress.times();
    times.advanceWatermark(watermark);
    if (head.isDue()) {
      steps.ensureBundle();
      head.fire();
    }
    times.settleWatermark();
  }

  /** Decides what is sent behind the last block. To be called once per batch, at its end. */
  void send() {
    TimedOperator head = steps.timed();
    StageTimes times = progress.times();
    long watermark = times.inputWatermark();
    long synchronizedTime = times.synchronizedProcessingTime();
    boolean late = false;
    if (head != null) {
      watermark = Math.min(watermark, head.outputHold());
      synchronizedTime = Math.min(synchronizedTime, head.synchronizedHold());
      late = head.delaysWatermark();
    }
    progress.send(new Times(progress.outputLag().apply(watermark, late), synchronizedTime));
  }

  /**
   * The processing time at which the stage has something to do by itself, in milliseconds since the
   * epoch; {@link Long#MAX_VALUE} if never, {@link StageReport#AT_ONCE} if its times lag behind.
   */
  long nextWakeUp() {
    if (progress.inputLag().isBehind() || progress.outputLag().isBehind()) {
      return StageReport.AT_ONCE;
    }
    return steps.timed() == null ? Long.MAX_VALUE : steps.timed().nextWakeUp();
  }
}
