package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.StoreUnavailableException;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.engine.EngineProvider;
import dev.microbatch.executor.engine.ProcessExit;
import dev.microbatch.executor.memory.HeapAlarm;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.ManualClock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution of one plan in this process: what a runner starts, watches, drains and cancels.
 *
 * <p>With checkpoints, a batch that fails is not the end: everything is torn down, the last durable
 * commit is restored into fresh operators, and what came since is run again in smaller and smaller
 * batches.
 *
 * <p>{@link #run} is called once; all other methods may be called by any thread.
 */
public final class PlanExecution {

  private static final Logger LOG = LoggerFactory.getLogger(PlanExecution.class);

  /** How often it is looked at whether a batch hangs, in seconds. */
  private static final long LOOK_SECONDS = 10;

  private final LoopOptions options;
  private final Succession succession;
  private final Epoch.Surroundings around;
  private final LoopControl control = new LoopControl();
  private final PipelineMetrics metrics = new PipelineMetrics();
  private volatile @Nullable Thread driver;
  private final ScheduledExecutorService timeLimits;
  private volatile Epoch epoch;
  private final Watch watch;
  private final StandingWatermark standing;
  private final AtomicInteger restores = new AtomicInteger();

  /** How an execution ended. */
  public enum End {
    /** Everything has been worked off. */
    DONE,
    /** It was given up. */
    CANCELLED,
    /** It has committed, and can resume later. */
    STOPPED
  }

  /**
   * Prepares an execution: the checkpoint is opened and sources are split, so that a missing input
   * shows before anything runs.
   *
   * @param plan the plan
   * @param options how to run it
   * @param checkpoints where its checkpoints are kept; null if there are none
   * @param pipelineOptions the pipeline's options, for user code
   * @param engines makes the engine that runs it; from now on owned by the execution
   * @param clock where time comes from, unless a TestStream drives it
   * @throws StepException if a source cannot be split; the step is named
   * @throws CheckpointException if the checkpoint cannot be used
   */
  public PlanExecution(
      Plan plan,
      LoopOptions options,
      @Nullable CheckpointOptions checkpoints,
      PipelineOptions pipelineOptions,
      EngineProvider engines,
      Clock clock) {
    this(plan, options, checkpoints, pipelineOptions, engines, clock, Succession.NONE);
  }

  /**
   * Prepares an execution in more than one epoch.
   *
   * @param plan the plan
   * @param options how to run it at first
   * @param checkpoints where its checkpoints are kept; null if there are none
   * @param pipelineOptions the pipeline's options, for user code
   * @param engines makes the engine that runs it; from now on owned by the execution
   * @param clock where time comes from, unless a TestStream drives it
   * @param succession says whether another epoch follows one that has not failed
   * @throws StepException if a source cannot be split; the step is named
   * @throws CheckpointException if the checkpoint cannot be used
   */
  public PlanExecution(
      Plan plan,
      LoopOptions options,
      @Nullable CheckpointOptions checkpoints,
      PipelineOptions pipelineOptions,
      EngineProvider engines,
      Clock clock,
      Succession succession) {
    this.options = options;
    this.succession = succession;
    ManualClock scriptClock = scriptClock(plan, clock);
    Clock time = scriptClock == null ? clock : scriptClock;
    this.timeLimits =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "microbatch-time-limits");
              thread.setDaemon(true);
              return thread;
            });
    this.watch = new Watch(plan, time, control);
    this.standing =
        new StandingWatermark(plan.name(), time, watch.monitor()::snapshot, watch::explain);
    this.around =
        new Epoch.Surroundings(
            plan,
            new SerializablePipelineOptions(pipelineOptions),
            engines,
            checkpoints,
            metrics,
            control,
            new CopyOnWriteArrayList<>(
                List.of(watch, standing, new Progress(plan, time), new LateWarnings(plan))),
            new ReadBudget(),
            time,
            scriptClock,
            timeLimits,
            new SplitSurvey(plan, pipelineOptions));
    try {
      this.epoch =
          new Epoch(
              around,
              options,
              checkpoints == null ? CheckpointOptions.Restore.AUTO : checkpoints.restore());
      watch.turnTo(epoch);
    } catch (Throwable t) {
      engines.close();
      timeLimits.shutdownNow();
      throw t;
    }
  }

  private static @Nullable ManualClock scriptClock(Plan plan, Clock clock) {
    for (Stage stage : plan.stages()) {
      if (stage.head().spec() instanceof StepSpec.Script) {
        return new ManualClock(clock, EventTime.MIN);
      }
    }
    return null;
  }

  /**
   * Adds a listener, which is told of every batch of all epochs, behind those that were added
   * before.
   *
   * @param listener what to tell
   * @throws IllegalStateException if {@link #run} has been called
   */
  public void addListener(LoopListener listener) {
    if (driver != null) {
      throw new IllegalStateException("a listener has to be added before the pipeline runs");
    }
    around.listeners().add(listener);
  }

  /**
   * Runs the plan to its end and releases everything, whatever happens.
   *
   * @throws StepException if user code threw, and threw again each time that it was tried
   * @throws CheckpointException if commits cannot be written any more
   * @throws dev.microbatch.executor.memory.HeapFullException if the heap is full of what is in use
   * @throws Error if the machine failed, and it is not known in which step
   */
  public End run() {
    driver = Thread.currentThread();
    var unused =
        timeLimits.scheduleWithFixedDelay(
            standing::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    try (HeapAlarm.Watch heap =
        options.stateBackend().watchesHeap()
            ? HeapAlarm.ofProcess().listen(full -> epoch.fail(full))
            : null) {
      End end = runToEnd();
      if (end == End.DONE) {
        metrics.complete();
      }
      watch.ended(end);
      return end;
    } catch (Throwable t) {
      watch.failed(t);
      throw t;
    }
  }

  private End runToEnd() {
    try {
      CommitHeader restored = epoch.restored();
      if (restored != null) {
        if (restored.end() != CommitHeader.End.RUNNING) {
          LOG.info(
              "{} was {} already, at commit {}: nothing is left to do. To run it again, choose"
                  + " another checkpoint directory",
              restored.pipeline(),
              restored.end() == CommitHeader.End.DONE ? "done" : "drained",
              restored.commit());
          return End.DONE;
        }
        restores.incrementAndGet();
        LOG.info("{} resumes from commit {}", restored.pipeline(), restored.commit());
      }
      return runEpochs();
    } finally {
      close();
    }
  }

  private End runEpochs() {
    BatchRetries retries = new BatchRetries(maxBatchRetries(), around.clock());
    Outage goingBack =
        new Outage(
            "Going back to the last commit",
            around.clock(),
            around.checkpoints() == null ? 0 : around.checkpoints().retries().maxOutageMillis());
    LoopOptions now = options;
    for (boolean again = false; ; again = true) {
      try {
        if (again && !goBack(now)) {
          return endedAtLastCommit();
        }
        epoch
            .loop()
            .limitRecords(
                retries.bounds(),
                () -> {
                  retries.passed();
                  goingBack.over();
                  watch.monitor().passed();
                });
        MicroBatchLoop.End end = epoch.run();
        switch (end) {
          case CANCELLED:
            return End.CANCELLED;
          case STOPPED:
            return End.STOPPED;
          case DONE:
          case BATCH:
            Optional<LoopOptions> next = succession.next(now, end == MicroBatchLoop.End.DONE);
            if (next.isEmpty()) {
              return End.DONE;
            }
            now = next.get();
        }
      } catch (StepException e) {
        boolean mayRetry = retries.failed();
        if (!mayRetry || !isWorthARetry(e)) {
          throw e;
        }
        MicroBatchLoop loop = epoch.loop();
        retries.next(e, loop.batch(), loop.durableCommit(), loop.recordsInBatch());
        watch.monitor().failed(retries.retry(e, loop.durableCommit()), e);
        epoch.close(); // what it holds is not held during the pause
        if (around.engines().mayStillRun()) {
          throw e;
        }
        pause(retries.pauseMillis());
      } catch (StoreUnavailableException e) {
        if (!again || !goingBack.failed(e)) {
          throw e;
        }
        watch.monitor().unavailable(goingBack.trouble(e), e);
        epoch.close();
        pause(goingBack.pauseMillis());
      }
    }
  }

  /** Between two epochs nothing is open, and the last commit stands. */
  private End endedAtLastCommit() {
    End end = control.isCancelled() ? End.CANCELLED : End.STOPPED;
    LOG.info(
        "{} {} at commit {}, while it was going back to it",
        around.plan().name(),
        end == End.CANCELLED ? "was cancelled" : "has stopped",
        epoch.loop().durableCommit());
    return end;
  }

  private int maxBatchRetries() {
    return around.checkpoints() == null ? 0 : around.checkpoints().retries().maxBatchRetries();
  }

  /**
   * A failure of the machine, of an assertion or of what a checkpoint needs will not go away. And
   * where user code may still be running, it could do its work twice.
   */
  private boolean isWorthARetry(StepException e) {
    return around.checkpoints() != null
        && !(e.getCause() instanceof Error)
        && !(e.getCause() instanceof CheckpointException)
        && !Failures.areOfTheMachine(e)
        && !around.engines().mayStillRun()
        && !control.isCancelled();
  }

  /** Waits, unless the pipeline is to end meanwhile. */
  private void pause(long millis) {
    Clock clock = around.clock();
    long end = clock.nanos() + Clock.toNanos(millis);
    for (long rest = millis; rest > 0 && !control.isEnding(); ) {
      try {
        control.await(clock, rest);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        control.cancel();
      }
      rest = (end - clock.nanos() + 999_999) / 1_000_000;
    }
  }

  /** Restores the last commit into a new epoch; false if the pipeline is to end instead. */
  private boolean goBack(LoopOptions now) {
    epoch.close();
    if (around.engines().mayStillRun()) {
      throw new IllegalStateException("user code that has not returned may still be running");
    }
    if (control.isEnding()) {
      return false;
    }
    epoch = new Epoch(around, now, CheckpointOptions.Restore.AUTO);
    watch.turnTo(epoch);
    restores.incrementAndGet();
    if (control.isCancelled()) {
      epoch.interrupt();
    }
    return true;
  }

  private void close() {
    try {
      epoch.close();
    } finally {
      around.engines().close();
      timeLimits.shutdownNow();
    }
  }

  /**
   * Ends the pipeline in an orderly way: sources stop, what has been read is worked off, windows
   * close and event-time timers fire; then {@link #run} returns.
   */
  public void drain() {
    watch.drainIsAsked();
    control.drain();
  }

  /** Commits soon, whatever the interval. */
  public void requestCommit() {
    watch.commitIsAsked();
    control.commit();
  }

  /** What of that which ends it has been asked; the strongest, if several things were. */
  public Asked asked() {
    return control.asked();
  }

  /** Whether it keeps checkpoints. */
  public boolean hasCheckpoints() {
    return around.checkpoints() != null;
  }

  /**
   * Commits and ends, so that the pipeline can resume later; {@link #run} returns soon. To be
   * called only if it keeps checkpoints.
   */
  public void stop() {
    watch.stopIsAsked();
    control.stop();
  }

  /** Gives the pipeline up: what was not committed is lost. {@link #run} returns soon. */
  public void cancel() {
    watch.cancelIsAsked();
    control.cancel();
    epoch.interrupt();
  }

  /**
   * Whether one of its threads has called {@code System.exit}: then it cannot continue, and a
   * shutdown hook that waits for it waits for itself.
   */
  public boolean isInExit() {
    Thread loop = driver;
    return around.engines().awaitsExit() || (loop != null && ProcessExit.isAwaitedBy(loop));
  }

  /** How often it resumed from a commit. */
  public int restores() {
    return restores.get();
  }

  /**
   * What the last commit has cost that has become durable since the pipeline started or last went
   * back; empty if there is none yet.
   */
  public Optional<CommitStats> lastCommit() {
    return Optional.ofNullable(epoch.lastCommit());
  }

  /**
   * What it waits for, or does instead. May be called by any thread at any time, also before it
   * runs and when it has ended.
   */
  public Explanation why() {
    return watch.explain();
  }

  /** The same without what exceptions say, which may contain data: only their classes are named. */
  public Explanation whyDiscreetly() {
    return watch.explainDiscreetly();
  }

  /**
   * What the threads of the engine do at this moment; empty while it is not at work. May be called
   * by any thread at any time.
   */
  public List<Activity> activities() {
    return watch.activities();
  }

  /** What it tells of itself: figures that begin at 0 with this process. */
  public PipelineMonitor monitor() {
    return watch.monitor();
  }

  /** What has been counted, attempted and committed. */
  public MetricResults metrics() {
    return metrics.results();
  }
}
