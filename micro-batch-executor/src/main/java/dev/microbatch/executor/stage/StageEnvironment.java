package dev.microbatch.executor.stage;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a stage program is given by the engine that runs it.
 *
 * @param options the pipeline's options, for user code
 * @param parallelism how many partitions each stage has
 * @param splits the splits of each source stage, by stage id; a stage without splits is not there
 * @param clock processing time and durations
 * @param scriptClock the clock that a TestStream drives; null if there is no TestStream
 * @param timeLimits measures how long a piece of splittable work takes
 * @param enforcement what is checked of user code
 * @param commits whether there will be durable commits, so that changes are to be tracked
 * @param recordIdMillis for how long the ids of records are remembered that a source may deliver
 *     twice, in milliseconds
 * @param withholdsStableInput whether {@code @RequiresStableInput} waits for commits
 * @param readingEnds whether sources are to end their reading in this batch, because the pipeline
 *     is to stop, to be drained or to be given up; asked behind each record
 */
public record StageEnvironment(
    PipelineOptions options,
    int parallelism,
    Map<Integer, List<?>> splits,
    Clock clock,
    @Nullable ManualClock scriptClock,
    ScheduledExecutorService timeLimits,
    Enforcement enforcement,
    boolean commits,
    long recordIdMillis,
    boolean withholdsStableInput,
    BooleanSupplier readingEnds) {}
