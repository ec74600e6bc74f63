package dev.microbatch.executor.engine;

import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;

/**
 * What the process of the loop offers to an engine. None of it can be sent to another process.
 *
 * @param clock processing time and durations
 * @param timeLimits measures how long a piece of splittable work takes
 * @param readingEnds whether sources are to end their reading in this batch
 */
public record EngineServices(
    Clock clock,
    ScheduledExecutorService timeLimits,
    BooleanSupplier readingEnds) {

  /** What stage programs in this process are given. */
  public StageEnvironment environment(StageSettings settings) {
    return new StageEnvironment(settings, clock, timeLimits, readingEnds);
  }
}
