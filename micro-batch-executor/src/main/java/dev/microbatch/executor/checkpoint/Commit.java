package dev.microbatch.executor.checkpoint;

import java.util.List;
import java.util.Map;

/**
 * One commit.
 *
 * @param header what is said of the pipeline
 * @param segments what its tasks contribute
 * @param attachments what else belongs to it, by name; written only where it has changed
 */
public record Commit(
    CommitHeader header, List<Segment> segments, Map<String, byte[]> attachments) {}
