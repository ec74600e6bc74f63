package dev.microbatch.executor.monitor;

/**
 * A resumption from a commit, when the stages were open.
 *
 * @param millis when, in milliseconds since the epoch
 * @param commit the commit
 * @param nanos how long it took to read what the stages keep and to open them, in nanoseconds
 * @param afterFailure whether a batch had failed; otherwise the pipeline has found a checkpoint
 */
public record RestoreRecord(long millis, long commit, long nanos, boolean afterFailure) {}
