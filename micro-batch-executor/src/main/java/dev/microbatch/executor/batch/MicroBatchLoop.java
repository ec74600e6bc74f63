package dev.microbatch.executor.batch;

import dev.microbatch.executor.engine.BatchInterruptedException;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a plan as a sequence of micro-batches: admit, run, commit, until every watermark has reached
 * the end of time. A bounded and a streaming pipeline differ in nothing but whether that time
 * comes.
 *
 * <p>{@link #run} is called once, by the thread that is to drive the pipeline; {@link #drain} and
 * {@link #cancel} by any.
 */
public final class MicroBatchLoop {

  /** The longest pause between two looks at sources that have nothing, in milliseconds. */
  private static final long MAX_POLL_MILLIS = 10;

  /** The longest wait for anything, so that a clock that jumps cannot put the loop to sleep. */
  private static final long MAX_WAIT_MILLIS = 1_000;

  private final Plan plan;
  private final LoopOptions options;
  private final Engine engine;
  private final PipelineMetrics metrics;
  private final Clock clock;
  private final @Nullable ManualClock scriptClock;
  private final Admission admission;
  private final ReadBudget budget = new ReadBudget();
  private final Progress progress;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private volatile boolean cancelled;
  private volatile boolean drainAsked;

  /** Whether the batches drain; follows {@link #drainAsked} from one batch to the next. */
  private boolean draining;

  private PipelineStatus status;
  private long processingTime = Long.MIN_VALUE;
  private long lastCommitNanos;
  private long pollMillis = 1;

  /**
   * Creates the loop; nothing runs yet.
   *
   * @param plan the plan
   * @param options how to run it
   * @param engine runs the batches; the loop starts it, its owner closes it
   * @param metrics is told of commits
   * @param clock processing time and durations
   * @param scriptClock the clock that a TestStream drives, the same object as {@code clock}; null
   *     if there is no TestStream
   */
  public MicroBatchLoop(
      Plan plan,
      LoopOptions options,
      Engine engine,
      PipelineMetrics metrics,
      Clock clock,
      @Nullable ManualClock scriptClock) {
    this.plan = plan;
    this.options = options;
    this.engine = engine;
    this.metrics = metrics;
    this.clock = clock;
    this.scriptClock = scriptClock;
    this.admission = new Admission(plan);
    this.progress = new Progress(plan.name(), clock);
    this.status = PipelineStatus.start(plan);
  }

  /**
   * Runs the plan to its end.
   *
   * @return true if it came to its end, false if it was cancelled
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   */
  public boolean run() {
    try {
      engine.start();
      lastCommitNanos = clock.nanos();
      long number = 0;
      boolean committed = false;
      while (!cancelled && !(status.isComplete() && committed)) {
        committed = runBatch(++number);
      }
    } catch (BatchInterruptedException e) {
      if (!cancelled) {
        throw e;
      }
    }
    progress.end(cancelled ? "was cancelled" : draining ? "was drained" : "is done");
    return !cancelled;
  }

  /** Runs one batch and says whether it was committed. */
  private boolean runBatch(long number) {
    long start = clock.nanos();
    long now = nextProcessingTime();
    draining = drainAsked;
    BitSet admitted = draining ? new BitSet() : admission.admit(status, status.nextWakeUp() <= now);
    boolean commit = commitIsDue(admitted);
    BatchHeader header =
        new BatchHeader(
            number, now, admitted, recordsPerReader(), budget.nanos(), commit, draining);
    List<StageReport> reports = engine.run(header);
    PipelineStatus before = status;
    status = PipelineStatus.of(plan, reports);
    if (commit) {
      commit(header);
    }
    budget.update(clock.nanos() - start, status.anyHasMore());
    progress.batch(status);
    pace(start, before, admitted);
    return commit;
  }

  /** Never goes back, and goes on where it has to. */
  private long nextProcessingTime() {
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

  private boolean commitIsDue(BitSet admitted) {
    return clock.nanos() - lastCommitNanos >= Clock.toNanos(options.commitIntervalMillis())
        || (status.awaitsCommit() && status.records() == 0)
        || admitted.isEmpty();
  }

  private void commit(BatchHeader header) {
    lastCommitNanos = clock.nanos();
    metrics.commit();
    engine.finalizeCommit(header.number());
  }

  private long recordsPerReader() {
    if (options.maxRecordsPerBatch() < 0) {
      return Long.MAX_VALUE;
    }
    long readers = (long) Math.max(1, admission.sourceCount()) * options.parallelism();
    return Math.max(1, options.maxRecordsPerBatch() / readers);
  }

  /** Waits until the next batch has something to do, or until its interval has passed. */
  private void pace(long startNanos, PipelineStatus before, BitSet admitted) {
    if (status.isComplete()) {
      return;
    }
    long intervalEnd = startNanos + Clock.toNanos(options.batchIntervalMillis());
    boolean moved =
        status.records() > 0 || status.watermark() > before.watermark() || status.anyHasMore();
    if (moved) {
      pollMillis = 1;
    }
    long wait = (intervalEnd - clock.nanos() + 999_999) / 1_000_000;
    if (mustGoOn()) {
      wait = Math.max(wait, processingTime + 1 - clock.millis());
    } else if (!moved && !isReady(admitted)) {
      wait = Math.max(wait, idleMillis());
    }
    if (wait > 0) {
      await(wait);
    }
  }

  /** Whether another batch has something to do at once. */
  private boolean isReady(BitSet admitted) {
    if (status.nextWakeUp() <= clock.millis() || status.awaitsCommit()) {
      return true;
    }
    BitSet next = admission.ready(status);
    next.andNot(admitted);
    return !next.isEmpty() || admission.scriptIsPlaying(status);
  }

  /** How long nothing is expected to happen, in milliseconds. */
  private long idleMillis() {
    long wakeUp = status.nextWakeUp();
    if (status.anySourceOpen()) {
      long poll = pollMillis;
      pollMillis = Math.min(MAX_POLL_MILLIS, pollMillis * 2);
      return scriptClock != null || wakeUp == Long.MAX_VALUE
          ? poll
          : Math.min(poll, wakeUp - clock.millis());
    }
    if (wakeUp == Long.MAX_VALUE) {
      throw new IllegalStateException(
          "The pipeline stands still: nothing is left to read and no timer is set, but these"
              + " stages have not come to the end of time: "
              + status.describeOpen(plan));
    }
    if (scriptClock != null) {
      // The script is over and time goes by without it.
      scriptClock.set(wakeUp);
      return 0;
    }
    return Math.min(MAX_WAIT_MILLIS, wakeUp - clock.millis());
  }

  private void await(long millis) {
    lock.lock();
    try {
      if (!cancelled && draining == drainAsked) {
        clock.await(woken, millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets the pipeline come to its end: from the next batch on sources read nothing more and every
   * watermark goes to the end of time. Does nothing when asked again, or after the end.
   */
  public void drain() {
    lock.lock();
    try {
      drainAsked = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the pipeline up: the running batch is lost, nothing more is acknowledged. */
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
    engine.interrupt();
  }
}
