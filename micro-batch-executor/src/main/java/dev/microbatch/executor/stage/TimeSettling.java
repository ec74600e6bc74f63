package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.Lag;

/**
 * How the times of one batch settle in one partition of a stage: in which order they move, what
 * fires in between, and when what has moved is sent on.
 *
 * <h2>Rule</h2>
 *
 * Records come under the times of the batch before. When all have come, strictly in this order:
 *
 * <ol>
 *   <li>If the watermark was left behind, it catches up with what came in the batch before, and
 *       what that makes due fires; with it fires what processing time makes due, which counts as
 *       <em>early</em>, as in the next step.
 *   <li>Synchronized processing time moves; what processing time makes due fires <em>early</em>.
 *   <li>What was buffered of the batch's records is worked off.
 *   <li>The watermark moves, and what it makes due fires, until nothing is. But if anything has
 *       fired early, the watermark is <em>left behind</em>: it moves no further than to what came
 *       in the batch before.
 *   <li>The output watermark is sent: the input watermark, or the earliest hold. But if event time
 *       has fired timers of a stateful DoFn, what is sent is left behind in the same way.
 * </ol>
 *
 * Due is what is strictly before now, in every domain. A task whose input or output was left behind
 * wants a batch {@link StageReport#AT_ONCE}, at a later processing time.
 *
 * <p>So a window that closes in the first stage is a result at the last one in the same batch, as
 * long as neither of the two <em>buts</em> holds in a stage on the way; each stage in which one
 * does adds a batch. Neither input nor output is ever behind by more than one batch, however often
 * that happens in a row: a stream in which timers fire in every batch does not fall back.
 *
 * <h2>Example</h2>
 *
 * A stateful DoFn with an event-time timer at 11:59:30, then a GroupByKey in windows of a minute:
 *
 * <pre>
 *   batch  processing   stateful DoFn                     GroupByKey
 *   6      12:00:05.0   takes and sends watermark 11:59   takes watermark 11:59
 *   7      12:00:05.1   takes watermark 12:00             absorbs the output
 *                       timer fires and outputs           watermark stays at 11:59:
 *                       sends 11:59 again; AT_ONCE        the output is there in good time
 *   8      12:00:05.2   sends 12:00                       takes 12:00, the window fires
 * </pre>
 *
 * A trigger that fires early, five seconds of processing time behind the first element of a pane,
 * which came at 12:00:00:
 *
 * <pre>
 *   batch  processing   upstream sends     GroupByKey
 *   7      12:00:05.1   watermark 12:00    fires the early pane, as it would have without the
 *                                          watermark; stays at 11:59, and sends that; AT_ONCE
 *   8      12:00:05.2   watermark 12:00    takes 12:00 and fires the pane on time; sends 12:00
 * </pre>
 *
 * The stages behind see the same order: the early pane comes to them under the old watermark, so
 * that their triggers may fire for it before the window closes there, too.
 *
 * <h2>Who demands it</h2>
 *
 * Beam's {@code GroupByKeyTest.BasicTests.testAfterProcessingTimeContinuationTriggerUsingState}: an
 * element, a stateful DoFn whose event-time timer fires at the end of time, and two sums, the first
 * with a delay of a millisecond. Both sums must have an early pane. The test fails if nothing fires
 * early, and if neither the input nor the output is left behind; one of them is enough for it.
 *
 * <p>Not thread-safe: owned by one task.
 */
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
    boolean early = head.isDue(); // by processing time: the watermark has not moved yet
    Lag lag = progress.inputLag();
    if (lag.isBehind()) {
      advanceWatermark(head, lag.asked());
    }
    times.advanceSynchronizedProcessingTime(synchronizedTime);
    if (head.isDue()) {
      early = true;
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
   * Who keeps the output watermark behind what came in. A hold counts before times that are left
   * behind, since it stays when those have followed.
   */
  HoldKind hold() {
    TimedOperator head = steps.timed();
    if (head == null) {
      return HoldKind.NONE;
    }
    long watermark = progress.times().inputWatermark();
    if (head.outputHold() < watermark) {
      return head.outputHoldKind();
    }
    long inputHold = head.inputHold();
    if (inputHold <= watermark && inputHold < EventTime.MAX) {
      return head.inputHoldKind();
    }
    return progress.inputLag().isBehind() || progress.outputLag().isBehind()
        ? HoldKind.SETTLING
        : HoldKind.NONE;
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
