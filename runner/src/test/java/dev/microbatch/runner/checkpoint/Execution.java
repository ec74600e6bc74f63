package dev.microbatch.runner.checkpoint;

import dev.microbatch.executor.batch.CheckpointOptions;
import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.PlanIdentity;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.checkpoint.CheckpointStore;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EmbeddedEngineProvider;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.ImpatientClock;
import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.TranslationOptions;
import dev.microbatch.translation.fingerprint.PlanFingerprint;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** Starts executions of a pipeline on a store of the test's choice. Thread-safe. */
final class Execution {

  private static final int PARALLELISM = 2;
  private static final int KEY_GROUPS = 8;

  /** Nothing is committed because of the time, so the commits are always the same. */
  private static final long NEVER = TimeUnit.DAYS.toMillis(1);

  /** A batch that fails fails the pipeline; a commit is tried a few times. */
  private static final RetryPolicy RETRIES = new RetryPolicy(0, 500);

  private static LoopOptions loop(long commitIntervalMillis) {
    return loop(commitIntervalMillis, -1, StateBackend.HEAP, false);
  }

  private static LoopOptions loop(
      long commitIntervalMillis, long maxRecords, StateBackend backend, boolean oneBatch) {
    return new LoopOptions(
        PARALLELISM,
        0,
        maxRecords,
        -1,
        commitIntervalMillis,
        NEVER,
        new Enforcement(false, false),
        backend,
        oneBatch);
  }

  private final Plan plan;
  private final PlanIdentity identity;

  /** Of {@link EveryKind}. */
  Execution() {
    this(EveryKind.addTo(Pipeline.create()));
  }

  Execution(Pipeline pipeline) {
    this(pipeline, KEY_GROUPS);
  }

  Execution(Pipeline pipeline, int keyGroups) {
    MetricsEnvironment.setMetricsSupported(true);
    plan =
        PipelineTranslator.translate(
            pipeline, new TranslationOptions("pipeline", keyGroups, PARALLELISM, true));
    identity = PlanFingerprint.of(plan);
  }

  /** Opens the checkpoint; nothing runs yet. */
  PlanExecution start(String job, CheckpointStore store) {
    return start(job, store, new ImpatientClock());
  }

  /** Opens the checkpoint of a pipeline that lives by the given clock; nothing runs yet. */
  PlanExecution start(String job, CheckpointStore store, Clock clock) {
    return start(job, store, clock, CheckpointOptions.Restore.AUTO, RETRIES, NEVER);
  }

  /** Opens the checkpoint if the options allow it; nothing runs yet. */
  PlanExecution start(String job, CheckpointStore store, CheckpointOptions.Restore restore) {
    return start(job, store, new ImpatientClock(), restore, RETRIES, NEVER);
  }

  /** The same with retries of the test's choice. */
  PlanExecution start(String job, CheckpointStore store, Clock clock, RetryPolicy retries) {
    return start(job, store, clock, CheckpointOptions.Restore.AUTO, retries, NEVER);
  }

  /** The same with commits at a pace, in milliseconds. */
  PlanExecution start(
      String job, CheckpointStore store, Clock clock, RetryPolicy retries, long commitInterval) {
    return start(job, store, clock, CheckpointOptions.Restore.AUTO, retries, commitInterval);
  }

  /**
   * Opens the checkpoint of a pipeline that is restored behind each batch of a few records, at
   * another parallelism each time; nothing runs yet.
   */
  PlanExecution startInEpochs(String job, CheckpointStore store, StateBackend backend) {
    Succession epochs =
        (before, done) ->
            done
                ? Optional.empty()
                : Optional.of(before.withParallelism(before.parallelism() % 3 + 1));
    return start(
        job,
        store,
        new ImpatientClock(),
        CheckpointOptions.Restore.AUTO,
        RETRIES,
        loop(NEVER, 10, backend, true),
        epochs);
  }

  private PlanExecution start(
      String job,
      CheckpointStore store,
      Clock clock,
      CheckpointOptions.Restore restore,
      RetryPolicy retries,
      long commitInterval) {
    return start(job, store, clock, restore, retries, loop(commitInterval), Succession.NONE);
  }

  private PlanExecution start(
      String job,
      CheckpointStore store,
      Clock clock,
      CheckpointOptions.Restore restore,
      RetryPolicy retries,
      LoopOptions loop,
      Succession succession) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setJobName(job);
    return new PlanExecution(
        plan,
        loop,
        new CheckpointOptions(
            () -> store,
            identity,
            restore,
            true,
            retries,
            0,
            CheckpointOptions.OnSourceChange.REFUSE),
        options,
        new EmbeddedEngineProvider(),
        clock,
        succession);
  }
}
