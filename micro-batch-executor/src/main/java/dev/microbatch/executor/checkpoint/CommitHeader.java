package dev.microbatch.executor.checkpoint;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What stands in the manifest about the pipeline.
 *
 * @param pipeline the name of the job
 * @param commit the number of the batch that the commit follows, ascending
 * @param processingTime the processing time of that batch, in milliseconds since the epoch
 * @param parallelism the number of partitions. When it differs from the commit before, nothing of
 *     the state before is kept: every step and partition has to give a full snapshot
 * @param keyGroups the number of key groups
 * @param hashId the name of the hash that maps keys to groups
 * @param fingerprint the hash of the plan's fingerprint, in hex digits
 * @param steps all steps that may have state; the state of others is dropped
 * @param end whether the pipeline has ended with this commit
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

  /** Copies the steps. */
  public CommitHeader {
    steps = Collections.unmodifiableSet(new TreeSet<>(steps));
  }

  /** How the pipeline stands. */
  public enum End {
    /** It continues. */
    RUNNING,
    /** Every watermark has reached the end of time. */
    DONE,
    /** It was stopped after its sources had ceased to read and everything read was processed. */
    DRAINED
  }
}
