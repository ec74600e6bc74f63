package dev.microbatch.ui.watch;

import dev.microbatch.executor.monitor.Snapshot;

/**
 * A pipeline at a moment.
 *
 * @param nanos when, by the monotone clock of the pipeline
 * @param millis when, in milliseconds since the epoch
 * @param snapshot what it told last
 */
public record Sample(long nanos, long millis, Snapshot snapshot) {}
