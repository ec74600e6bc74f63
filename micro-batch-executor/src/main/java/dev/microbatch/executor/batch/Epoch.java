package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.checkpoint.RestoredCheckpoint;
import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.EngineProvider;
import dev.microbatch.executor.engine.EngineServices;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.monitor.CommitTrouble;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.RestoreException;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One go of a pipeline, from the beginning or from a commit, with operators, readers and threads of
 * its own. When it fails, the next epoch resumes from the last durable commit.
 *
 * <p>Not thread-safe: owned by one {@link PlanExecution}.
 */
final class Epoch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Epoch.class);

  /** How many commits are kept, so that there is one to go back to if the newest is damaged. */
  private static final int RETAINED = 3;

  private final @Nullable CheckpointLog log;
  private final @Nullable RestoredCheckpoint restored;
  private final Engine engine;
  private final Committer committer;
  private final MicroBatchLoop loop;
  private boolean closed;

  /**
   * What all epochs of an execution share.
   *
   * @param plan the plan
   * @param pipelineOptions the pipeline's options, for user code
   * @param engines makes the engine of each epoch
   * @param checkpoints where commits go; null if the pipeline keeps nothing
   * @param metrics counts across epochs
   * @param control what is asked from outside
   * @param listeners are told of every batch of all epochs
   * @param budget steers how much is read in a batch; what one epoch has learned holds for the next
   * @param clock processing time and durations
   * @param scriptClock the same object, if a TestStream drives it; otherwise null
   * @param timeLimits measures how long a piece of splittable work takes
   * @param survey compares what sources find with a checkpoint
   */
  record Surroundings(
      Plan plan,
      SerializablePipelineOptions pipelineOptions,
      EngineProvider engines,
      @Nullable CheckpointOptions checkpoints,
      PipelineMetrics metrics,
      LoopControl control,
      List<LoopListener> listeners,
      ReadBudget budget,
      Clock clock,
      @Nullable ManualClock scriptClock,
      ScheduledExecutorService timeLimits,
      SplitSurvey survey) {}

  /**
   * Opens the checkpoint, if there is to be one and it fits, cuts the sources unless they were cut
   * before, and builds everything. No record is read yet.
   *
   * @param around what all epochs share
   * @param options how to run this one
   * @param restore whether there may be a checkpoint, or has to be
   * @throws CheckpointException if the checkpoint cannot be used
   * @throws dev.microbatch.executor.operator.StepException if a source cannot be cut
   */
  Epoch(Surroundings around, LoopOptions options, CheckpointOptions.Restore restore) {
    CheckpointOptions checkpoints = around.checkpoints();
    this.log =
        checkpoints == null
            ? null
            : CheckpointLog.open(
                checkpoints.store().get(),
                RETAINED,
                checkpoints.smallStateBytes(),
                new RestoreCheck(around.plan(), checkpoints, restore, around.survey()));
    try {
      this.restored = log == null ? null : log.restored().orElse(null);
      if (restored == null) {
        around.survey().end();
      }
      if (restored != null
          && !restored.header().fingerprint().equals(checkpoints.identity().hash())) {
        LOG.info(
            "The pipeline has changed since commit {} in a way that fits",
            restored.header().commit());
      }
      SourceChanges changes =
          restored == null
              ? SourceChanges.none()
              : SourceChanges.check(
                  around.plan(), restored.attachments(), around.checkpoints().onSourceChange());
      changes.log();
      CommitPoint point = restored == null ? null : point(restored);
      MetricsContainerStepMap counted =
          point == null ? new MetricsContainerStepMap() : point.metrics();
      SplitTable splits =
          SplitTable.of(
              around.plan(),
              around.pipelineOptions().get(),
              options.parallelism(),
              counted,
              restored == null ? Map.of() : restored.attachments(),
              changes);
      this.engine = engine(around, options, splits);
      this.committer = committer(around, options, splits);
      this.loop =
          new MicroBatchLoop(
              around.plan(),
              options,
              engine,
              committer,
              around.metrics(),
              around.control(),
              around.listeners(),
              around.budget(),
              around.clock(),
              around.scriptClock());
      around.metrics().begin(counted);
      if (point != null) {
        loop.restore(point);
      }
    } catch (Throwable t) {
      if (log != null) {
        log.close();
      }
      throw t;
    }
  }

  private static CommitPoint point(RestoredCheckpoint restored) {
    CommitHeader header = restored.header();
    try {
      return CheckpointFrame.point(
          header.commit(),
          header.processingTime(),
          header.end() != CommitHeader.End.RUNNING,
          restored.attachments());
    } catch (IOException e) {
      throw new CheckpointException(
          "Commit " + header.commit() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private Engine engine(Surroundings around, LoopOptions options, SplitTable splits) {
    CheckpointOptions checkpoints = around.checkpoints();
    return around
        .engines()
        .create(
            around.plan(),
            new StageSettings(
                around.pipelineOptions(),
                options.parallelism(),
                splits.byStage(around.plan()),
                options.enforcement(),
                options.stateBackend(),
                checkpoints != null,
                options.recordIdMillis(),
                checkpoints != null && checkpoints.withholdsStableInput()),
            new EngineServices(
                around.clock(),
                around.timeLimits(),
                around.control()::endsReading,
                log == null ? null : log.store()),
            log == null ? null : log.target());
  }

  private Committer committer(Surroundings around, LoopOptions options, SplitTable splits) {
    if (log == null) {
      return Committer.inMemory();
    }
    boolean full = restored == null || restored.header().parallelism() != options.parallelism();
    return new DurableCommitter(
        log,
        CheckpointFrame.of(
            around.plan(), options.parallelism(), around.checkpoints().identity(), splits),
        full,
        around.clock(),
        around.checkpoints().retries().maxOutageMillis(),
        around.control()::wake,
        engine::fail);
  }

  /** The commit that it resumes from, or null. */
  @Nullable CommitHeader restored() {
    return restored == null ? null : restored.header();
  }

  /** What its last durable commit has cost, or null. May be called by any thread. */
  @Nullable CommitStats lastCommit() {
    return committer.last();
  }

  /** What its threads do at this moment. May be called by any thread. */
  List<Activity> activities() {
    return engine.activities();
  }

  /** What is known of its commit that cannot be written, or null. May be called by any thread. */
  @Nullable CommitTrouble commitTrouble() {
    return committer.trouble();
  }

  /** The loop. */
  MicroBatchLoop loop() {
    return loop;
  }

  /** Ends a running batch as soon as possible, and says why. May be called by any thread. */
  void fail(Throwable cause) {
    engine.fail(cause);
  }

  /** Ends a running batch as soon as possible. */
  void interrupt() {
    engine.interrupt();
  }

  /**
   * Runs until it ends.
   *
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   * @throws CheckpointException if what a step kept cannot be taken back, or a commit not be
   *     written
   */
  MicroBatchLoop.End run() {
    if (restored == null) {
      return loop.run(null);
    }
    try {
      return loop.run(restored.chainsOfTasks());
    } catch (RestoreException e) {
      if (e.getCause() instanceof CheckpointException damaged) {
        throw damaged; // names the file, and what to do about it
      }
      throw new CheckpointException(
          String.format(
              "Cannot resume from commit %d in %s. %s. Try again if that may pass; if the pipeline"
                  + " has changed, run the one that wrote the commit, or start again in another"
                  + " checkpoint directory",
              restored.header().commit(), restored.location(), e.getMessage()),
          e,
          List.of(Remedy.OTHER_STORE));
    }
  }

  /** Waits for what is being written, and closes everything. Does not throw. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    engine.close();
    committer.close();
    if (log != null) {
      log.close();
    }
  }
}
