package dev.microbatch.executor.monitor;

/**
 * One batch, when it was over.
 *
 * @param number its number
 * @param endMillis when it was over, in milliseconds since the epoch
 * @param waitedNanos how long nothing ran before it, in nanoseconds
 * @param ranNanos how long it took
 * @param capturedNanos how long it took to hand a commit over; 0 if there was none
 * @param commit whether a commit was captured behind it
 * @param records how many records the sources read
 * @param slowestStage the stage that was busy longest in all partitions together; -1 if that was
 *     not looked at
 * @param watermark the earliest output watermark of any stage behind it, in milliseconds
 */
public record BatchRecord(
    long number,
    long endMillis,
    long waitedNanos,
    long ranNanos,
    long capturedNanos,
    boolean commit,
    long records,
    int slowestStage,
    long watermark) {

  /** The same, with the stage that was busy longest. */
  BatchRecord withSlowestStage(int stage) {
    return new BatchRecord(
        number, endMillis, waitedNanos, ranNanos, capturedNanos, commit, records, stage, watermark);
  }
}
