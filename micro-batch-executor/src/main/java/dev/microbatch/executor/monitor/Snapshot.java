package dev.microbatch.executor.monitor;

import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A pipeline as it was behind a batch. Immutable, whoever reads it.
 *
 * @param phase what it was doing
 * @param sinceNanos since when it has been in that phase, by the monotone clock
 * @param parallelism how many partitions each stage has
 * @param done what it has done in this process
 * @param standing where its tasks stand
 * @param draining whether it is drained
 * @param commit the last commit of this process that has become durable; null if none has
 * @param retry what has failed and has not passed yet; null if nothing has
 * @param outage why it cannot go back to its last commit yet; null if it can
 * @param end how it has ended; null if it has not
 * @param inFlight the commit that is being written; null if none is
 * @param counters what has been counted
 */
public record Snapshot(
    Phase phase,
    long sinceNanos,
    int parallelism,
    Done done,
    Standing standing,
    boolean draining,
    @Nullable CommitRecord commit,
    @Nullable Retry retry,
    @Nullable CommitTrouble outage,
    @Nullable Ending end,
    @Nullable CommitInFlight inFlight,
    Counters counters) {

  /** The same, without what exceptions have said, which may contain data. */
  Snapshot withoutMessages() {
    return new Snapshot(
        phase,
        sinceNanos,
        parallelism,
        done,
        standing,
        draining,
        commit,
        retry == null ? null : retry.withoutMessage(),
        outage == null ? null : outage.withoutMessage(),
        end == null ? null : end.withoutMessage(),
        inFlight,
        counters);
  }

  /** What a task has found when it looked at itself; null if it has not. */
  public TaskFigures.@Nullable Survey survey(int stage, int partition) {
    return standing.surveys()[stage * parallelism + partition];
  }

  /** What a pipeline is doing. */
  public enum Phase {
    /** Its stages are being restored and opened. */
    STARTING,
    /** Batches run, when there is something for them to do. */
    RUNNING,
    /** It waits until it goes back to its last commit. */
    PAUSED,
    /** It has ended. */
    ENDED
  }

  /**
   * What a pipeline has done in this process.
   *
   * @param batches how many batches have run to their end
   * @param last the last one; null if there was none
   * @param times how long they took
   * @param totals what the tasks have done
   * @param earlier what they had done about ten seconds before, or at the beginning
   */
  public record Done(
      long batches, @Nullable BatchRecord last, BatchTimes times, Totals totals, Totals earlier) {

    /** What a stage has done in about the last ten seconds. */
    public Work recent(int stage) {
      return totals.stage(stage).minus(earlier.stage(stage));
    }

    /** What a task has done in about the last ten seconds. */
    public Work recent(int stage, int partition) {
      Work before = partition < earlier.partitions() ? earlier.task(stage, partition) : Work.NONE;
      return totals.task(stage, partition).minus(before);
    }

    /** How long these about ten seconds are, in nanoseconds. */
    public long recentNanos() {
      return totals.nanos() - earlier.nanos();
    }
  }

  /**
   * Where the tasks of a pipeline stand. Arrays are by stage and partition; they are not to be
   * changed.
   *
   * @param reports what each task reported last; empty before the stages are open
   * @param surveys what each task has found when it looked at itself; null where none has
   * @param surveyNanos when that was, by the monotone clock
   * @param movedNanos when the output watermark of each task moved last
   * @param watermark the earliest output watermark of any task, in milliseconds
   * @param watermarkNanos since when it has been there, by the monotone clock
   * @param behindNanos since when sources have had more to read behind each batch; null if they
   *     have not
   * @param behindLagMillis by how much the watermark was behind processing time then, in
   *     milliseconds
   */
  public record Standing(
      List<StageReport> reports,
      TaskFigures.@Nullable Survey[] surveys,
      long surveyNanos,
      long[] movedNanos,
      long watermark,
      long watermarkNanos,
      @Nullable Long behindNanos,
      long behindLagMillis) {}
}
