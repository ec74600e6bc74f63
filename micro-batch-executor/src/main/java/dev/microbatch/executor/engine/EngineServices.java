package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.AttachedStore;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the process of the loop offers to an engine. None of it can be sent to another process.
 *
 * @param clock processing time and durations
 * @param timeLimits measures how long a piece of splittable work takes
 * @param readingEnds whether sources are to end their reading in this batch
 * @param store where data files are written and read, open in this process; null if the pipeline
 *     keeps nothing. Closed by its owner, after the engine
 */
public record EngineServices(
    Clock clock,
    ScheduledExecutorService timeLimits,
    BooleanSupplier readingEnds,
    @Nullable AttachedStore store) {

  /** What stage programs in this process are given. */
  public StageEnvironment environment(StageSettings settings) {
    return new StageEnvironment(settings, clock, timeLimits, readingEnds);
  }
}
