package dev.microbatch.executor.stage;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.OperatorFactory;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What a stage program is given by the engine that runs it: settings that are the same in every
 * process, and services of the process that it runs in.
 *
 * @param settings how the stages are to run
 * @param clock processing time and durations
 * @param timeLimits measures how long a piece of splittable work takes
 * @param readingEnds whether sources are to end their reading in this batch, because the pipeline
 *     is to stop, to be drained or to be given up; asked behind each record
 * @param operators makes the operators of steps
 */
public record StageEnvironment(
    StageSettings settings,
    Clock clock,
    ScheduledExecutorService timeLimits,
    BooleanSupplier readingEnds,
    OperatorFactory operators) {

  /** With the operators that the executor has. */
  public StageEnvironment(
      StageSettings settings,
      Clock clock,
      ScheduledExecutorService timeLimits,
      BooleanSupplier readingEnds) {
    this(settings, clock, timeLimits, readingEnds, Operators::create);
  }

  /** The pipeline's options, for user code. */
  public PipelineOptions options() {
    return settings.options().get();
  }

  /** How many partitions each stage has. */
  public int parallelism() {
    return settings.parallelism();
  }

  /** The splits of each source stage, by stage id; a stage without splits is not there. */
  public Map<Integer, List<?>> splits() {
    return settings.splits();
  }

  /** What is checked of user code. */
  public Enforcement enforcement() {
    return settings.enforcement();
  }

  /** Where stages keep what they keep. */
  public StateBackend stateBackend() {
    return settings.stateBackend();
  }

  /** Whether there will be durable commits, so that changes are to be tracked. */
  public boolean commits() {
    return settings.commits();
  }

  /**
   * For how long the ids of records are remembered that a source may deliver twice, in
   * milliseconds.
   */
  public long recordIdMillis() {
    return settings.recordIdMillis();
  }

  /** Whether {@code @RequiresStableInput} waits for commits. */
  public boolean withholdsStableInput() {
    return settings.withholdsStableInput();
  }
}
