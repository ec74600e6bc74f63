package dev.microbatch.executor.checkpoint;

import java.util.List;
import java.util.Map;

/**
 * What becomes durable together.
 *
 * @param header what is to be said about the pipeline
 * @param segments the state that has changed, at most one for each step and partition
 * @param attachments small named blobs, all of them: those that are as before are not written again
 */
public record Commit(CommitHeader header, List<Segment> segments, Map<String, byte[]> attachments) {

  /** Copies the collections. */
  public Commit {
    segments = List.copyOf(segments);
    attachments = Map.copyOf(attachments);
  }
}
