package dev.microbatch.executor.checkpoint;

/**
 * What a commit has cost.
 *
 * @param commit its number
 * @param bytes how many bytes were written, the manifest included
 * @param files in how many files
 * @param nanos how long it took, in nanoseconds
 */
public record CommitStats(long commit, long bytes, int files, long nanos) {}
