package dev.microbatch.executor.checkpoint;

import java.util.Map;

/**
 * A commit whose data files are to be written.
 *
 * @param header what is to be said about the pipeline
 * @param target where the files go
 * @param attachments the attachments that have to be written, by name
 * @param kept those that are as before
 * @param startNanos when it was prepared, by the log's clock
 */
public record PendingCommit(
    CommitHeader header,
    CommitTarget target,
    Map<String, byte[]> attachments,
    Map<String, AttachmentRef> kept,
    long startNanos) {

  /** Copies the maps. */
  public PendingCommit {
    attachments = Map.copyOf(attachments);
    kept = Map.copyOf(kept);
  }
}
