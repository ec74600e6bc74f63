package dev.microbatch.executor.engine;

import dev.microbatch.executor.stage.StageReport;
import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What came of a batch, or of the start.
 *
 * @param reports one per stage and partition
 * @param metrics gives what the tasks have counted. Asked between batches, after a commit batch, it
 *     gives what has been counted up to the end of that batch; otherwise that may be older, or,
 *     while a batch runs, newer. May be asked by any thread at any time, also when the engine is
 *     closed
 * @param captured what the tasks have captured, if they were to; closed by whoever gets it
 */
public record Outcome(
    List<StageReport> reports,
    Supplier<List<MetricsContainerStepMap>> metrics,
    @Nullable CapturedCommit captured) {}
