package dev.microbatch.executor.monitor;

import dev.microbatch.executor.checkpoint.CommitStats;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One commit, when it had become durable or was given up.
 *
 * @param commit its number
 * @param millis when, in milliseconds since the epoch
 * @param nanos when, by the monotone clock
 * @param durable whether it is durable; if not, it is what the pipeline has failed of
 * @param freezeNanos how long batches waited for it to be handed over, in nanoseconds
 * @param attempts how often it was tried
 * @param stats what it has cost; null if nothing was written
 */
public record CommitRecord(
    long commit,
    long millis,
    long nanos,
    boolean durable,
    long freezeNanos,
    int attempts,
    @Nullable CommitStats stats) {}
