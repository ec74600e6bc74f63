package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What becomes durable together.
 *
 * @param header what is to be said about the pipeline
 * @param segments the state that has changed, at most one for each step and partition
 * @param attachments small named blobs, all of them
 */
public record Commit(CommitHeader header, List<Segment> segments, Map<String, byte[]> attachments) {

  /** Writes the data files and then the manifest, as the committer of a pipeline does. */
  public CommitStats to(CheckpointLog log) throws IOException {
    PendingCommit pending = log.prepare(header, attachments);
    return log.commit(
        pending,
        new CommitDataWriter(log.store()).write(pending.target(), segments, pending.attachments()));
  }
}
