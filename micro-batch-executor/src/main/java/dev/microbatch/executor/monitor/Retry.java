package dev.microbatch.executor.monitor;

/**
 * A batch that has failed, until a commit is durable that is behind it.
 *
 * @param step the step that failed
 * @param kind the class of what it threw
 * @param cause what it threw
 * @param failures how often in a row
 * @param most how often it is run again
 * @param maxRecords how many records a batch may read meanwhile
 * @param commit the commit that the pipeline goes back to
 * @param againNanos when it is run again, by the monotone clock
 */
public record Retry(
    String step,
    String kind,
    String cause,
    int failures,
    int most,
    long maxRecords,
    long commit,
    long againNanos) {

  /** The same, without what was thrown has said. */
  Retry withoutMessage() {
    return new Retry(step, kind, kind, failures, most, maxRecords, commit, againNanos);
  }
}
