package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.SourceReader;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.view.SideInputs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Says where one stage stands in one partition, between two batches.
 *
 * <p>Not thread-safe: owned by one {@link StageProgram}.
 */
final class StageReporter {

  private final Stage stage;
  private final int partition;
  private final StageProgress progress;
  private final TimeSettling settling;
  private final @Nullable TimedOperator timed;
  private final @Nullable SourceReader source;
  private final Finalizers finalizers;
  private final LateDrops lateDrops;
  private final SideInputs sideInputs;
  private final StageState state;
  private final SentCounts sent;
  private final StageClock clock;
  private final StageClock.Spent spent;

  /**
   * Creates it; all that it asks belongs to the program.
   *
   * @param stage the stage
   * @param partition the partition, from 0
   * @param progress how far it has come
   * @param settling which of its times are left behind
   * @param timed the head, if it keeps something between bundles; otherwise null
   * @param source the reader, if the stage is a source; otherwise null
   * @param finalizers what is to be acknowledged
   * @param lateDrops counts what the head drops
   * @param sideInputs what has come of side inputs
   * @param state what is kept
   * @param sent counts what is handed over
   * @param clock measures what the stage spends
   * @param spent what it has spent
   */
  StageReporter(
      Stage stage,
      int partition,
      StageProgress progress,
      TimeSettling settling,
      @Nullable TimedOperator timed,
      @Nullable SourceReader source,
      Finalizers finalizers,
      LateDrops lateDrops,
      SideInputs sideInputs,
      StageState state,
      SentCounts sent,
      StageClock clock,
      StageClock.Spent spent) {
    this.stage = stage;
    this.partition = partition;
    this.progress = progress;
    this.settling = settling;
    this.timed = timed;
    this.source = source;
    this.finalizers = finalizers;
    this.lateDrops = lateDrops;
    this.sideInputs = sideInputs;
    this.state = state;
    this.sent = sent;
    this.clock = clock;
    this.spent = spent;
  }

  /**
   * Reports, once per batch: what is told of a batch is not told again.
   *
   * @param recordsIn how many records came in this batch
   * @param blocksIn in how many blocks, and those of side inputs
   * @param survey whether to take a closer look
   */
  StageReport report(long recordsIn, long blocksIn, boolean survey) {
    boolean withholds = timed != null && timed.awaitsCommit();
    return new StageReport(
        stage.id(),
        partition,
        progress.sent(),
        settling.nextWakeUp(),
        source != null && source.hasMore(),
        source == null || source.isDone(),
        source == null ? 0 : source.recordsWanted(),
        recordsIn,
        lateDrops.take(),
        finalizers.isGathering() || withholds,
        withholds,
        timed == null ? Long.MAX_VALUE : timed.nextEventTime(),
        awaitedViews(),
        timed == null ? EventTime.MAX : timed.inputHold(),
        timed == null ? EventTime.MAX : timed.outputHold(),
        source == null || source.isDone() ? settling.hold() : HoldKind.SOURCE,
        viewHorizon(),
        source == null ? 0 : source.takeClockAdvance(),
        finalizers.areSealed(),
        figures(blocksIn, survey));
  }

  private TaskFigures figures(long blocksIn, boolean survey) {
    clock.worked();
    return new TaskFigures(
        blocksIn,
        sent.take(),
        progress.times().inputWatermark(),
        spent.takeBusy(),
        spent.takeStarved(),
        spent.takeBlocked(),
        survey
            ? new TaskFigures.Survey(state.size(), source == null ? List.of() : source.splits())
            : null);
  }

  private Map<Integer, Long> awaitedViews() {
    if (sideInputs.isEmpty() || timed == null || !timed.hasBuffered()) {
      return Map.of();
    }
    Map<Integer, Long> awaited = new HashMap<>();
    for (Map.Entry<String, Integer> side : stage.sideInputs().entrySet()) {
      awaited.put(side.getValue(), sideInputs.awaited(side.getKey()));
    }
    return awaited;
  }

  /**
   * The earliest end of a main window that may still ask for a side input: because its records may
   * still come, wait, or have left state or timers.
   */
  private long viewHorizon() {
    if (timed == null || sideInputs.isEmpty()) {
      return EventTime.MAX;
    }
    long coming = progress.times().earliestEnd(ViewLayouts.allowedLateness(stage));
    long open = Math.min(state.store().earliestWindow(), timed.earliestBufferedWindow());
    return Math.min(coming, open);
  }
}
