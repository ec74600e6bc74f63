package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.time.EventTime;
import java.io.Serializable;
import java.util.Map;

/**
 * What one partition of a stage reports at the end of a batch.
 *
 * @param stage the stage
 * @param partition the partition
 * @param times what it sent behind its last block
 * @param nextWakeUp the processing time at which it has something to do by itself, in milliseconds
 *     since the epoch; {@link Long#MAX_VALUE} if never, {@link #AT_ONCE} if its times lag behind
 * @param sourceHasMore whether it is a source from which more can be read at once
 * @param sourceDone whether it is a source that has ended, or no source at all
 * @param recordsWanted how many records have to come until the source ends; 0 if any number will do
 * @param recordsIn how many records it took from exchanges or from its source in this batch
 * @param lateDrops how many records its head dropped in this batch because they were late, once for
 *     each window
 * @param awaitsCommit whether something is to be acknowledged, or to be let in, after a commit
 * @param withholds whether records wait for a commit
 * @param nextEventTime the watermark of its main inputs at which it has something to fire, in
 *     milliseconds; {@link Long#MAX_VALUE} if never
 * @param awaitedViews by the exchange of a side input, the watermark of that at which records that
 *     wait for it may come in, in milliseconds; empty if none wait
 * @param inputHold where records that wait hold its input watermark, in milliseconds; {@link
 *     EventTime#MAX} if none do
 * @param outputHold where it holds its output watermark, in milliseconds; {@link EventTime#MAX} if
 *     it does not
 * @param hold who in this task keeps its output watermark behind what came in
 * @param viewHorizon the earliest end of a main window that may still ask this task for a side
 *     input, in milliseconds; {@link EventTime#MAX} if there is none
 * @param clockAdvance by how many milliseconds a script that was played in this batch moves the
 *     pipeline's processing time when the batch is over
 * @param unacknowledged whether acknowledgements have been sealed for a commit and not been given
 * @param figures what is told to whoever watches
 */
public record StageReport(
    int stage,
    int partition,
    Times times,
    long nextWakeUp,
    boolean sourceHasMore,
    boolean sourceDone,
    long recordsWanted,
    long recordsIn,
    long lateDrops,
    boolean awaitsCommit,
    boolean withholds,
    long nextEventTime,
    Map<Integer, Long> awaitedViews,
    long inputHold,
    long outputHold,
    HoldKind hold,
    long viewHorizon,
    long clockAdvance,
    boolean unacknowledged,
    TaskFigures figures)
    implements Serializable {

  /**
   * The wake-up of a task whose times follow in the next batch. That batch must come at a later
   * processing time, so that what this one has set for its own time fires first.
   */
  public static final long AT_ONCE = Long.MIN_VALUE;
}
