package dev.microbatch.executor.engine;

import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the process of the loop offers to an engine. None of it can be sent to another process.
 *
 * @param clock processing time and durations
 * @param scriptClock the clock that a TestStream drives; null if there is no TestStream
 * @param timeLimits measures how long a piece of splittable work takes
 * @param readingEnds whether sources are to end their reading in this batch
 */
public record EngineServices(
    Clock clock,
    @Nullable ManualClock scriptClock,
    ScheduledExecutorService timeLimits,
    BooleanSupplier readingEnds) {

  /** What stage programs in this process are given. */
  public StageEnvironment environment(StageSettings settings) {
    return new StageEnvironment(settings, clock, scriptClock, timeLimits, readingEnds);
  }
}
