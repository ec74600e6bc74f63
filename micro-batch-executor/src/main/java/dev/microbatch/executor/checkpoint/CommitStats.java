package dev.microbatch.executor.checkpoint;

/**
 * What a commit has cost.
 *
 * @param commit its number
 * @param bytes how many bytes were written
 * @param files how many files
 * @param nanos how long it took
 */
public record CommitStats(long commit, long bytes, int files, long nanos) {}
