package dev.microbatch.executor.checkpoint;

import java.util.Set;

/**
 * What a commit says of its pipeline.
 *
 * @param pipeline the name of the pipeline
 * @param commit the number of the commit; greater than that of the one before
 * @param processingTime its processing time, in milliseconds since the epoch
 * @param parallelism how many partitions each stage has
 * @param keyGroups how many key groups there are
 * @param hashId the name of the hash function of keys
 * @param fingerprint a hash of what the plan must have in common with the one that restores
 * @param steps the steps of the pipeline; what others kept is dropped
 * @param end whether the pipeline has come to its end
 */
public record CommitHeader(
    String pipeline,
    long commit,
    long processingTime,
    int parallelism,
    int keyGroups,
    String hashId,
    String fingerprint,
    Set<String> steps,
    End end) {

  /** Whether a pipeline has come to its end. */
  public enum End {
    /** It has not. */
    RUNNING,
    /** It has worked off everything. */
    DONE,
    /** It was drained. */
    DRAINED
  }
}
