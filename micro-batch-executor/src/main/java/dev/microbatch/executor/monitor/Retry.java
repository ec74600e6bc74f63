package dev.microbatch.executor.monitor;

/**
 * A batch that has failed, until a commit is durable that is behind it.
 *
 * @param step the step that failed
 * @param cause what it threw
 * @param failures how often in a row
 * @param most how often it is run again
 * @param maxRecords how many records a batch may read meanwhile
 * @param commit the commit that the pipeline goes back to
 * @param againNanos when it is run again, by the monotone clock
 */
public record Retry(
    String step,
    String cause,
    int failures,
    int most,
    long maxRecords,
    long commit,
    long againNanos) {}
