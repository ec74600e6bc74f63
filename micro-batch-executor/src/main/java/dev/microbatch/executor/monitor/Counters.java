package dev.microbatch.executor.monitor;

/**
 * What has been counted of a pipeline in this process.
 *
 * @param commits how many commits have become durable
 * @param failedAttempts how often one could not be written
 * @param commitBytes how many bytes they have written
 * @param commitNanos how long that took, in nanoseconds
 * @param restores how often the pipeline has resumed from a commit
 * @param retries how often a batch has failed and was run again
 */
public record Counters(
    long commits,
    long failedAttempts,
    long commitBytes,
    long commitNanos,
    long restores,
    long retries) {}
