package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.Explainer;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.Live;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Tells a {@link PipelineMonitor} what the loop tells its listeners, and has it explained.
 *
 * <p>{@link #explain} may be called by any thread at any time; all else is called by the thread
 * that drives the pipeline.
 */
final class Watch implements LoopListener {

  private final Plan plan;
  private final Clock clock;
  private final LoopControl control;
  private final PipelineMonitor monitor;

  /** The epoch that runs; null before the first. */
  private volatile @Nullable Epoch epoch;

  /**
   * Creates it; nothing has happened.
   *
   * @param plan what is run
   * @param clock measures durations, and says when things happen
   * @param control what is asked from outside
   */
  Watch(Plan plan, Clock clock, LoopControl control) {
    this.plan = plan;
    this.clock = clock;
    this.control = control;
    this.monitor = new PipelineMonitor(plan, clock);
  }

  PipelineMonitor monitor() {
    return monitor;
  }

  /** From now on this epoch is looked at. */
  void turnTo(Epoch next) {
    epoch = next;
  }

  @Override
  public void starts(int parallelism) {
    monitor.starts(parallelism);
  }

  @Override
  public void stands(PipelineStatus status, long commit) {
    monitor.stands(status.reports(), commit);
  }

  @Override
  public void works(long batch) {
    monitor.enters(batch);
  }

  @Override
  public void worked() {
    monitor.leaves();
  }

  @Override
  public void waits() {
    monitor.waits();
  }

  @Override
  public void committed(long commit, @Nullable CommitStats stats) {
    monitor.committed(commit, stats);
  }

  @Override
  public void batch(BatchSummary batch) {
    PipelineStatus status = batch.status();
    monitor.batch(
        new BatchRecord(
            batch.number(),
            batch.processingTime(),
            batch.phases().waited(),
            batch.phases().ran(),
            batch.phases().captured(),
            batch.commit().captured(),
            status.records(),
            status.watermark()),
        status.reports(),
        status.anyHasMore(),
        batch.draining());
  }

  /** Says what the pipeline waits for. */
  Explanation explain() {
    long now = clock.nanos();
    PipelineMonitor.Running running = monitor.running();
    Epoch of = epoch;
    boolean stuck =
        running != null && of != null && now - running.sinceNanos() >= Explainer.STUCK_NANOS;
    List<Activity> activities = stuck ? of.activities() : List.of();
    return Explainer.explain(
        plan,
        monitor.snapshot(),
        new Live(
            now,
            clock.millis(),
            running,
            activities,
            of == null ? null : of.commitTrouble(),
            control.isDraining()));
  }
}
