package dev.microbatch.executor.monitor;

import dev.microbatch.executor.checkpoint.CommitStats;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One commit, when it had become durable.
 *
 * @param commit its number
 * @param millis when, in milliseconds since the epoch
 * @param nanos when, by the monotone clock
 * @param stats what it has cost; null if nothing is written
 */
public record CommitRecord(long commit, long millis, long nanos, @Nullable CommitStats stats) {}
