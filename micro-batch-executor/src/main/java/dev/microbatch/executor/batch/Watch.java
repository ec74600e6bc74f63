package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.CommitTrouble;
import dev.microbatch.executor.monitor.Explainer;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.Live;
import dev.microbatch.executor.monitor.Outcome;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Tells a {@link PipelineMonitor} what the loop tells its listeners, and has it explained.
 *
 * <p>What explains, and what tells that something is asked, may be called by any thread at any
 * time; all else is called by the thread that drives the pipeline.
 */
final class Watch implements LoopListener {

  private final Plan plan;
  private final Clock clock;
  private final LoopControl control;
  private final PipelineMonitor monitor;

  /** The epoch that runs; null before the first. */
  private volatile @Nullable Epoch epoch;

  /** How many failed attempts of the commit in flight the monitor has been told of. */
  private int told;

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
    told = 0;
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
    lookForTrouble();
    monitor.waits();
  }

  @Override
  public void committed(long commit, @Nullable CommitStats stats) {
    told = 0;
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
            -1,
            status.watermark()),
        status.reports(),
        status.anyHasMore(),
        batch.draining());
    if (batch.commit().failingMillis() >= 0) {
      lookForTrouble();
    }
  }

  /** Tells of an attempt to write a commit that has failed since this was looked at last. */
  private void lookForTrouble() {
    Epoch of = epoch;
    CommitTrouble trouble = of == null ? null : of.commitTrouble();
    if (trouble != null && trouble.attempts() != told) {
      told = trouble.attempts();
      monitor.commitFails(trouble);
    }
  }

  /** What the threads of the engine do now. */
  List<Activity> activities() {
    Epoch of = epoch;
    return of == null || monitor.running() == null ? List.of() : of.activities();
  }

  void drainIsAsked() {
    if (!control.isDraining()) {
      monitor.asked("A drain was asked for");
    }
  }

  void stopIsAsked() {
    if (!control.isStopping()) {
      monitor.asked("A stop was asked for");
    }
  }

  void cancelIsAsked() {
    if (!control.isCancelled()) {
      monitor.asked("To be given up was asked for");
    }
  }

  void commitIsAsked() {
    if (!control.isCommitAsked()) {
      monitor.asked("A commit was asked for");
    }
  }

  /** The pipeline has ended. */
  void ended(PlanExecution.End end) {
    monitor.ended(
        switch (end) {
          case DONE -> Outcome.DONE;
          case CANCELLED -> Outcome.CANCELLED;
          case STOPPED -> Outcome.STOPPED;
        },
        null);
  }

  /** The pipeline has failed. */
  void failed(Throwable failure) {
    try {
      monitor.ended(Outcome.FAILED, failure);
    } catch (VirtualMachineError e) {
      // There may be no memory for it, and the failure itself is what counts.
    }
  }

  /** Says what the pipeline waits for. */
  Explanation explain() {
    return Explainer.explain(plan, monitor.snapshot(), live());
  }

  /** The same without what exceptions say. */
  Explanation explainDiscreetly() {
    return Explainer.explainDiscreetly(plan, monitor.snapshot(), live());
  }

  private Live live() {
    long now = clock.nanos();
    PipelineMonitor.Running running = monitor.running();
    Epoch of = epoch;
    boolean stuck =
        running != null && of != null && now - running.sinceNanos() >= Explainer.STUCK_NANOS;
    List<Activity> activities = stuck ? of.activities() : List.of();
    return new Live(
        now,
        clock.millis(),
        running,
        activities,
        of == null ? null : of.commitTrouble(),
        control.isDraining());
  }
}
