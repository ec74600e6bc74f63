package dev.microbatch.executor.batch;

import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.monitor.WatermarkChain;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import java.util.BitSet;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides what comes next, and what the next batch may do: which sources read how much, at what
 * processing time, and whether a commit comes behind it.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class BatchScheduler {

  /** How often tasks take a closer look at themselves, in nanoseconds. */
  private static final long SURVEY_NANOS = Clock.toNanos(1_000);

  private final Plan plan;
  private final LoopOptions options;
  private final LoopControl control;
  private final Commits commits;
  private final ProcessingTime time;
  private final Clock clock;
  private final ReadBudget budget;
  private final Pacing pacing;
  private final SourcePolls polls;
  private final Admission admission;
  private final ShareDealer dealer;

  private boolean draining;
  private long startNanos;
  private long endNanos;

  /** When tasks took a closer look at themselves; null if they have not. */
  private @Nullable Long surveyNanos;

  /** Whether the batch that runs has something to do, apart from what it reads. */
  private boolean hasWork;

  /** What the last batch did; null if there was none. */
  private DueWork.@Nullable Last last;

  /**
   * Creates it.
   *
   * @param plan the plan
   * @param options how to run it
   * @param control what is asked from outside
   * @param commits what is committed
   * @param time the processing time of batches
   * @param budget steers how much is read in a batch
   */
  BatchScheduler(
      Plan plan,
      LoopOptions options,
      LoopControl control,
      Commits commits,
      ProcessingTime time,
      ReadBudget budget) {
    this.plan = plan;
    this.options = options;
    this.control = control;
    this.commits = commits;
    this.time = time;
    this.clock = time.clock();
    this.budget = budget;
    this.pacing = new Pacing(options.batchIntervalMillis());
    this.polls = new SourcePolls(plan, options.parallelism());
    this.admission = new Admission(plan);
    this.dealer = new ShareDealer(plan.stages().size(), options.parallelism());
  }

  /** Resumes from a commit. */
  void restore(CommitPoint point) {
    draining = point.draining();
    admission.restore(point.nextScript());
  }

  /** The first batch comes next. */
  void begin() {
    endNanos = clock.nanos();
    startNanos = endNanos;
    polls.begin(endNanos);
  }

  /** Takes where a batch has left the stages, or where they stand before the first. */
  void standsAt(List<StageReport> reports) {
    polls.standsAt(reports);
  }

  /** Whether the last batch drained the pipeline. */
  boolean isDraining() {
    return draining;
  }

  /** Whose turn it is among several TestStreams. */
  int nextScript() {
    return admission.nextScript();
  }

  /**
   * Decides what comes next.
   *
   * @param status where the last batch left the pipeline
   * @throws IllegalStateException if nothing ever will, though the pipeline is not complete
   */
  Pacing.Next next(PipelineStatus status) {
    boolean ends = status.isComplete() || control.isStopping();
    DueWork work = work(status);
    if (!ends && work.standsStill()) {
      throw new IllegalStateException(
          "The pipeline stands still: nothing is left to read and no timer is set, but these"
              + " stages have not come to the end of time: "
              + status.describeOpen(plan)
              + WatermarkChain.describe(plan, status.reports()));
    }
    long now = clock.nanos();
    return pacing.next(
        new Pacing.Moment(
            ends,
            ends || work.isDue() || commitIsAsked(),
            last != null && time.lags(status),
            work.sources(),
            polls.vain(),
            now - polls.recordNanos(),
            clock.millis(),
            time.ofBatch(),
            status.nextWakeUp(),
            now - startNanos,
            now - polls.askedNanos(),
            commits.untilDueNanos(now)));
  }

  private DueWork work(PipelineStatus status) {
    return new DueWork(
        status,
        last,
        admission.ready(status),
        script(status),
        polls.haveFoundWork(),
        draining,
        control.isDraining(),
        commits.areIdle(),
        commits.haveNews());
  }

  private DueWork.Script script(PipelineStatus status) {
    if (!time.isScripted()) {
      return DueWork.Script.NONE;
    }
    return admission.scriptIsPlaying(status) ? DueWork.Script.PLAYING : DueWork.Script.OVER;
  }

  /**
   * Asks sources whether there is anything to read. A batch begins with what they have found, and
   * moves to where their watermarks are by then.
   */
  void poll(Engine engine, PipelineStatus status) {
    polls.ask(engine, admission.ready(status), shares(status), status.readers());
    polls.asked(clock.nanos());
  }

  /**
   * Begins a batch.
   *
   * @param batch its number
   * @param status where the last batch left the pipeline
   * @return what it is to do
   */
  BatchHeader begin(long batch, PipelineStatus status) {
    long lastBatchNanos = endNanos - startNanos;
    startNanos = clock.nanos();
    long now = time.next(status);
    hasWork = work(status).changesState() || status.nextWakeUp() <= now;
    draining |= control.isDraining();
    BitSet admitted = admit(status, now);
    ReadShares polled = polls.takeShares();
    Commits.Share share =
        commits.share(
            startNanos, budget.nanos(), lastBatchNanos, hasWork, commitIsWanted(status, admitted));
    if (share.commit()) {
      control.commits();
    }
    return new BatchHeader(
        batch,
        now,
        admitted,
        polled == null ? shares(status) : polled,
        share.readNanos(),
        share.commit(),
        draining,
        commits.durable(),
        status.viewHorizons(),
        surveyIsDue());
  }

  private boolean surveyIsDue() {
    boolean due = surveyNanos == null || startNanos - surveyNanos >= SURVEY_NANOS;
    if (due) {
      surveyNanos = startNanos;
    }
    return due;
  }

  private BitSet admit(PipelineStatus status, long now) {
    if (draining || control.isStopping()) {
      return new BitSet();
    }
    return admission.admit(status, status.nextWakeUp() <= now || status.withholds());
  }

  /** Whether a commit is to be made whatever the time. */
  private boolean commitIsWanted(PipelineStatus status, BitSet admitted) {
    return (status.awaitsCommit() && status.records() == 0)
        || admitted.isEmpty()
        || options.oneBatch()
        || control.isCommitAsked();
  }

  /** Whether somebody waits for a commit, and one can be made. */
  private boolean commitIsAsked() {
    return control.isCommitAsked() && commits.areIdle();
  }

  /** A TestStream is not dealt to: it plays one event, however many records that has. */
  private ReadShares shares(PipelineStatus status) {
    return dealer.deal(
        Math.min(Math.min(options.mostRecords(), commits.retries().maxRecords()), budget.records()),
        options.mostRecordsPerReader(),
        admission.ready(status),
        status.readers());
  }

  /**
   * Whether the batch that has just run changed more than times.
   *
   * @param before where the pipeline stood before it
   * @param status where it has left the pipeline
   */
  boolean hasChanged(PipelineStatus before, PipelineStatus status) {
    return hasWork || status.anythingHappened(before);
  }

  /**
   * A batch has ended, and so has what follows it.
   *
   * @param admitted the source stages that were admitted to it
   * @param before where the pipeline stood before it
   * @param status where it has left the pipeline
   */
  void end(BitSet admitted, PipelineStatus before, PipelineStatus status) {
    endNanos = clock.nanos();
    polls.batch(status.records(), endNanos);
    budget.update(endNanos - startNanos, status.records(), status.anyHasMore());
    boolean moved = status.records() > 0 || status.watermark() > before.watermark();
    last = new DueWork.Last(admitted, moved);
  }
}
