package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.BatchInterruptedException;
import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.Outcome;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import dev.microbatch.executor.time.SteadyClock;
import java.util.BitSet;
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
  private final Committer committer;
  private final PipelineMetrics metrics;
  private final LoopControl control;
  private final SteadyClock steadyClock;
  private final Clock clock;
  private final @Nullable ManualClock scriptClock;

  private final Pacing pacing;
  private final SourcePolls polls;
  private final Admission admission;
  private final ShareDealer dealer;
  private final ReadBudget budget;
  private final List<LoopListener> listeners;

  private PipelineStatus status;
  private long batch;
  private long durableCommit;

  /** The durable commit that the tasks have been told of. */
  private long toldCommit;

  private long processingTime = Long.MIN_VALUE;
  private long lastCommitNanos;
  private long lastBatchNanos;
  private long lastStartNanos;
  private long lastEndNanos;

  /** Who was admitted to the last batch; null if there was none. */
  private @Nullable BitSet lastAdmitted;

  /** Whether the last batch has got on, so that another one may. */
  private boolean moved;

  /** Whether a batch has run since the last commit. */
  private boolean uncommitted;

  /** Bounds the batches until the next commit is durable. */
  private BatchSummary.Retries retries = BatchSummary.Retries.NONE;

  /** Told that a commit has become durable. */
  private Runnable passed = () -> {};

  private final Backlog backlog = new Backlog();
  private boolean draining;

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
    this.committer = committer;
    this.metrics = metrics;
    this.control = control;
    this.listeners = listeners;
    this.budget = budget;
    this.steadyClock = new SteadyClock(clock);
    this.clock = scriptClock == null ? steadyClock : scriptClock;
    this.scriptClock = scriptClock;
    this.pacing = new Pacing(options.batchIntervalMillis());
    this.polls = new SourcePolls(plan, options.parallelism());
    this.admission = new Admission(plan);
    this.dealer = new ShareDealer(plan.stages().size(), options.parallelism());
  }

  /** The batch that runs, or that ran last. */
  long batch() {
    return batch;
  }

  /** The batch whose commit was the last to become durable. */
  long durableCommit() {
    return durableCommit;
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
    retries = after;
    passed = whenPassed;
  }

  /**
   * Sets where to resume.
   *
   * @param point the commit to resume from
   */
  void restore(CommitPoint point) {
    batch = point.batch();
    durableCommit = point.batch();
    toldCommit = point.batch();
    processingTime = point.processingTime();
    draining = point.draining();
    admission.restore(point.nextScript());
    if (scriptClock == null) {
      steadyClock.startAt(processingTime);
    } else {
      scriptClock.set(point.clockMillis());
    }
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
      standsAt(engine.start(from));
      committer.start();
      lastCommitNanos = clock.nanos();
      lastEndNanos = lastCommitNanos;
      lastStartNanos = lastCommitNanos;
      polls.began(lastCommitNanos);
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
    LoopEnd end = new LoopEnd(how, draining, durableCommit);
    listeners.forEach(listener -> listener.ended(end));
  }

  private End runBatches() {
    for (; ; ) {
      if (control.isCancelled()) {
        return End.CANCELLED;
      }
      CommitPoint durable = committer.poll();
      if (durable != null) {
        End end = madeDurable(durable);
        if (end != null) {
          return end;
        }
      }
      if (control.isStopping()) {
        committer.hurry();
      }
      if (!committer.isIdle() && mustWaitForCommit()) {
        await(MAX_WAIT_MILLIS); // for the commit, behind which there is nothing to run
      } else {
        Pacing.Next next = pacing.next(moment());
        switch (next.action()) {
          case BATCH -> runBatch();
          case POLL -> poll();
          case WAIT -> await(next.millis());
        }
      }
    }
  }

  private void standsAt(Outcome outcome) {
    metrics.count(outcome.metrics());
    status = PipelineStatus.of(plan, outcome.reports());
    polls.standsAt(outcome.reports());
  }

  private boolean mustWaitForCommit() {
    return status.isComplete()
        || control.isStopping()
        || options.oneBatch()
        || backlog.isFull(committer.failingMillis());
  }

  /** Notes that a commit is durable; says whether it was the last one. */
  private @Nullable End madeDurable(CommitPoint point) {
    durableCommit = point.batch();
    retries = BatchSummary.Retries.NONE;
    passed.run();
    metrics.committed(point.metrics());
    End end = endAt(point);
    if (end != null) {
      engine.acknowledge(durableCommit); // otherwise the next batch does so
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
    long now = nextProcessingTime();
    batch++;
    draining |= control.isDraining();
    BitSet admitted = admit(now);
    ReadShares polled = polls.takeShares();
    long readNanos = budget.nanos();
    boolean commit = false;
    if (committer.isIdle()) {
      // A batch is to end when a commit is due, and the commit comes behind it.
      long untilCommit = Clock.toNanos(options.commitIntervalMillis()) - (start - lastCommitNanos);
      readNanos = Math.min(readNanos, Math.max(ReadBudget.LEAST, untilCommit));
      commit = untilCommit <= Math.max(readNanos, lastBatchNanos) || commitIsWanted(admitted);
    }
    BatchHeader header =
        new BatchHeader(
            batch,
            now,
            admitted,
            polled == null ? shares() : polled,
            readNanos,
            commit,
            draining,
            durableCommit,
            status.viewHorizons());
    long waited = start - lastEndNanos;
    Outcome outcome = engine.run(header, commit ? committer.scopes(plan) : null);
    long ran = clock.nanos() - start;
    long before = status.watermark();
    standsAt(outcome);
    if (scriptClock != null) {
      scriptClock.advance(status.clockAdvance());
    }
    toldCommit = header.durableCommit();
    moved = status.records() > 0 || status.watermark() > before;
    uncommitted = !commit;
    backlog.batch(status.records());
    if (commit) {
      commit(outcome.captured());
    }
    lastStartNanos = start;
    lastEndNanos = clock.nanos();
    polls.batch(status.records(), lastEndNanos);
    lastAdmitted = admitted;
    lastBatchNanos = lastEndNanos - start;
    budget.update(lastBatchNanos, status.records(), status.anyHasMore());
    tell(new BatchSummary.Phases(waited, ran, commit ? lastBatchNanos - ran : 0), commit);
  }

  private void tell(BatchSummary.Phases phases, boolean captured) {
    BatchSummary summary =
        new BatchSummary(
            batch,
            processingTime,
            phases,
            status,
            new BatchSummary.Commit(
                captured, durableCommit, committer.failingMillis(), committer.last()),
            retries);
    for (LoopListener listener : listeners) {
      listener.batch(summary);
    }
  }

  private BitSet admit(long now) {
    if (draining || control.isStopping()) {
      return new BitSet();
    }
    return admission.admit(status, status.nextWakeUp() <= now || status.withholds());
  }

  /** Never goes back, and resumes where it has to. */
  private long nextProcessingTime() {
    if (scriptClock != null && !status.anySourceOpen() && !status.withholds()) {
      long wakeUp = status.nextWakeUp();
      if (wakeUp != Long.MAX_VALUE && wakeUp > scriptClock.millis()) {
        scriptClock.set(wakeUp); // the script is over, and time goes by without it
      }
    }
    processingTime = Math.max(clock.millis(), mustGoOn() ? processingTime + 1 : processingTime);
    return processingTime;
  }

  /**
   * Whether the next batch needs a later processing time; where a script says the time, that
   * stands.
   */
  private boolean mustGoOn() {
    return scriptClock == null && status.nextWakeUp() == StageReport.AT_ONCE;
  }

  /** Whether a commit is to be made whatever the time. */
  private boolean commitIsWanted(BitSet admitted) {
    return (status.awaitsCommit() && status.records() == 0)
        || admitted.isEmpty()
        || options.oneBatch();
  }

  private void commit(@Nullable CapturedCommit captured) {
    lastCommitNanos = clock.nanos();
    backlog.commit();
    committer.begin(
        new CommitPoint(
            batch,
            processingTime,
            clock.millis(),
            admission.nextScript(),
            draining,
            status.isComplete(),
            metrics.attempted()),
        captured);
  }

  /** A TestStream is not dealt to: it plays one event, however many records that has. */
  private ReadShares shares() {
    return dealer.deal(
        Math.min(Math.min(options.mostRecords(), retries.maxRecords()), budget.records()),
        options.mostRecordsPerReader(),
        admission.ready(status),
        status.readers());
  }

  /**
   * Asks sources whether there is anything to read. A batch begins with what they have found, and
   * moves to where their watermarks are by then.
   */
  private void poll() {
    polls.ask(engine, admission.ready(status), shares(), status.readers());
    polls.asked(clock.nanos());
  }

  private Pacing.Moment moment() {
    boolean ends = status.isComplete() || control.isStopping();
    boolean hasWork = ends || hasWork();
    if (!hasWork) {
      checkStandstill();
    }
    long now = clock.nanos();
    boolean commits = uncommitted && committer.isIdle();
    return new Pacing.Moment(
        ends,
        hasWork,
        lastAdmitted != null && mustGoOn(),
        askable(),
        polls.vain(),
        now - polls.recordNanos(),
        clock.millis(),
        processingTime,
        status.nextWakeUp(),
        now - lastStartNanos,
        now - polls.askedNanos(),
        commits
            ? Clock.toNanos(options.commitIntervalMillis()) - (now - lastCommitNanos)
            : Long.MAX_VALUE);
  }

  /** Whether a batch has something to do at once. */
  private boolean hasWork() {
    if (lastAdmitted == null
        || polls.haveFoundWork()
        || status.records() > 0
        || draining != control.isDraining()
        || (status.awaitsCommit() && committer.isIdle())
        || (status.isUnacknowledged() && durableCommit > toldCommit)) {
      return true;
    }
    BitSet ready = admission.ready(status);
    if (ready.stream().anyMatch(stage -> status.hasMore(stage) || !lastAdmitted.get(stage))) {
      return true;
    }
    if (status.anySourceOpen()) {
      return admission.scriptIsPlaying(status) && !status.withholds();
    }
    // Without a source a batch can only be needed by what the last one has left to do.
    return moved || (scriptClock != null && status.nextWakeUp() != Long.MAX_VALUE);
  }

  private Pacing.Sources askable() {
    if (scriptClock != null) {
      return Pacing.Sources.IN_BATCHES;
    }
    return status.anySourceOpen() && !draining ? Pacing.Sources.POLLED : Pacing.Sources.NONE;
  }

  private void checkStandstill() {
    if (!status.anySourceOpen() && status.nextWakeUp() == Long.MAX_VALUE && committer.isIdle()) {
      throw new IllegalStateException(
          "The pipeline stands still: nothing is left to read and no timer is set, but these"
              + " stages have not come to the end of time: "
              + status.describeOpen(plan));
    }
  }

  private void await(long millis) {
    try {
      control.await(clock, millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      control.cancel();
    }
  }
}
