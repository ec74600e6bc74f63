package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.BatchInterruptedException;
import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.Outcome;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a plan as a sequence of micro-batches: admit, run, commit, until every watermark has reached
 * the end of time. A bounded and a streaming pipeline differ in nothing but whether that time
 * comes.
 *
 * <p>A commit that was begun becomes durable while later batches run. Only then its
 * acknowledgements are given, and what waits for it is let in.
 *
 * <p>Not thread-safe: {@link #run} is called once, by the thread that is to drive the pipeline.
 */
final class MicroBatchLoop {

  /** The longest wait for anything, so that a clock that jumps cannot put the loop to sleep. */
  private static final long MAX_WAIT_MILLIS = 1_000;

  private final Plan plan;
  private final LoopOptions options;
  private final Engine engine;
  private final Commits commits;
  private final PipelineMetrics metrics;
  private final LoopControl control;
  private final ProcessingTime time;
  private final Clock clock;
  private final BatchScheduler scheduler;
  private final List<LoopListener> listeners;

  private PipelineStatus status;
  private long batch;
  private long endNanos;

  /** How a run ended. */
  enum End {
    /** Every watermark has reached the end of time. */
    DONE,
    /** It was given up. */
    CANCELLED,
    /** It has committed and can resume later. */
    STOPPED,
    /** It was to run one batch, which is committed. */
    BATCH
  }

  /**
   * Creates the loop; nothing runs yet.
   *
   * @param plan the plan
   * @param options how to run it
   * @param engine runs the batches; the loop starts it, its owner closes it
   * @param committer makes the commits; its owner closes it
   * @param metrics is told of commits
   * @param control what is asked from outside
   * @param listeners are told of every batch; others may be added until the loop runs
   * @param budget steers how much is read in a batch
   * @param clock processing time, which may jump, and durations
   * @param scriptClock the clock that a TestStream drives, the same object as {@code clock}; null
   *     if there is no TestStream
   */
  MicroBatchLoop(
      Plan plan,
      LoopOptions options,
      Engine engine,
      Committer committer,
      PipelineMetrics metrics,
      LoopControl control,
      List<LoopListener> listeners,
      ReadBudget budget,
      Clock clock,
      @Nullable ManualClock scriptClock) {
    this.plan = plan;
    this.options = options;
    this.engine = engine;
    this.commits = new Commits(committer, options.commitIntervalMillis());
    this.metrics = metrics;
    this.control = control;
    this.listeners = listeners;
    this.time = new ProcessingTime(clock, scriptClock);
    this.clock = time.clock();
    this.scheduler = new BatchScheduler(plan, options, control, commits, time, budget);
  }

  /** The batch that runs, or that ran last. */
  long batch() {
    return batch;
  }

  /** The batch whose commit was the last to become durable. */
  long durableCommit() {
    return commits.durable();
  }

  /** How many records the sources read in the last batch. */
  long recordsInBatch() {
    return status == null ? 0 : status.records();
  }

  /**
   * Bounds the batches until the next commit is durable, so that a failure shows by itself.
   *
   * @param after what has failed, and how many records a batch may read until then
   * @param whenPassed called with each commit that becomes durable
   */
  void limitRecords(BatchSummary.Retries after, Runnable whenPassed) {
    commits.limitRecords(after, whenPassed);
  }

  /**
   * Sets where to resume.
   *
   * @param point the commit to resume from
   */
  void restore(CommitPoint point) {
    batch = point.batch();
    commits.restore(batch);
    time.restore(point);
    scheduler.restore(point);
  }

  /**
   * Runs the plan until it ends.
   *
   * @param from the commit to resume from; null to begin at the beginning
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   */
  End run(@Nullable TaskChains from) {
    End end;
    try {
      open(from);
      commits.begin(clock);
      scheduler.begin();
      endNanos = clock.nanos();
      end = runBatches();
    } catch (BatchInterruptedException e) {
      if (!control.isCancelled()) {
        throw e;
      }
      end = End.CANCELLED;
    }
    switch (end) {
      case DONE -> tellEnd(PlanExecution.End.DONE);
      case CANCELLED -> tellEnd(PlanExecution.End.CANCELLED);
      case STOPPED -> tellEnd(PlanExecution.End.STOPPED);
      case BATCH -> {} // the pipeline continues
    }
    return end;
  }

  private void tellEnd(PlanExecution.End how) {
    LoopEnd end = new LoopEnd(how, scheduler.isDraining(), commits.durable());
    listeners.forEach(listener -> listener.ended(end));
  }

  private End runBatches() {
    for (; ; ) {
      if (control.isCancelled()) {
        return End.CANCELLED;
      }
      CommitPoint durable = commits.poll();
      if (durable != null) {
        End end = madeDurable(durable);
        if (end != null) {
          return end;
        }
      }
      if (control.isStopping()) {
        commits.hurry();
      }
      if (!commits.areIdle() && mustWaitForCommit()) {
        await(MAX_WAIT_MILLIS); // for the commit, behind which there is nothing to run
      } else {
        Pacing.Next next = scheduler.next(status);
        switch (next.action()) {
          case BATCH -> runBatch();
          case POLL -> poll();
          case WAIT -> await(next.millis());
        }
      }
    }
  }

  private void open(@Nullable TaskChains from) {
    listeners.forEach(listener -> listener.starts(options.parallelism()));
    works(0);
    standsAt(engine.start(from));
    worked();
    listeners.forEach(listener -> listener.stands(status, commits.durable()));
  }

  private void works(long number) {
    for (LoopListener listener : listeners) {
      listener.works(number);
    }
  }

  private void worked() {
    for (LoopListener listener : listeners) {
      listener.worked();
    }
  }

  private void poll() {
    works(0);
    scheduler.poll(engine, status);
    worked();
  }

  private void standsAt(Outcome outcome) {
    metrics.count(outcome.metrics());
    status = PipelineStatus.of(plan, outcome.reports());
    scheduler.standsAt(outcome.reports());
  }

  private boolean mustWaitForCommit() {
    return status.isComplete()
        || control.isStopping()
        || options.oneBatch()
        || commits.areTooFarBehind();
  }

  /** Notes that a commit is durable; says whether it was the last one. */
  private @Nullable End madeDurable(CommitPoint point) {
    metrics.committed(point.metrics());
    CommitStats stats = commits.last();
    listeners.forEach(listener -> listener.committed(point.batch(), stats));
    End end = endAt(point);
    if (end != null) {
      engine.acknowledge(point.batch()); // otherwise the next batch does so
    }
    return end;
  }

  private @Nullable End endAt(CommitPoint point) {
    if (point.complete()) {
      return End.DONE;
    }
    if (control.isStopping() && point.batch() == batch) {
      return End.STOPPED;
    }
    return options.oneBatch() ? End.BATCH : null;
  }

  private void runBatch() {
    long start = clock.nanos();
    batch++;
    PipelineStatus before = status;
    BatchHeader header = scheduler.begin(batch, before);
    works(batch);
    Outcome outcome = engine.run(header, header.commit() ? commits.scopes(plan) : null);
    worked();
    long ran = clock.nanos() - start;
    standsAt(outcome);
    time.batch(status);
    commits.batch(header.durableCommit(), status.records(), scheduler.hasChanged(before, status));
    if (header.commit()) {
      commit(outcome.captured());
    }
    scheduler.end(header.admitted(), before, status);
    long waited = start - endNanos;
    endNanos = clock.nanos();
    long captured = header.commit() ? endNanos - start - ran : 0;
    tell(new BatchSummary.Phases(waited, ran, captured), header.commit());
  }

  private void tell(BatchSummary.Phases phases, boolean captured) {
    BatchSummary summary =
        new BatchSummary(
            batch,
            time.ofBatch(),
            phases,
            status,
            commits.summary(captured),
            scheduler.isDraining(),
            commits.retries());
    listeners.forEach(listener -> listener.batch(summary));
  }

  private void commit(@Nullable CapturedCommit captured) {
    CommitPoint point =
        new CommitPoint(
            batch,
            time.ofBatch(),
            clock.millis(),
            scheduler.nextScript(),
            scheduler.isDraining(),
            status.isComplete(),
            metrics.attempted());
    commits.commit(point, captured, clock.nanos());
  }

  private void await(long millis) {
    for (LoopListener listener : listeners) {
      listener.waits();
    }
    try {
      control.await(clock, millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      control.cancel();
    }
  }
}
