package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.SnapshotScope;
import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one task contributes to a commit, written.
 *
 * @param step the name of the head of its stage
 * @param partition its partition
 * @param scope what was captured as a whole
 * @param segment where it is; null if there was nothing to write
 */
public record WrittenSegment(
    String step, int partition, SnapshotScope scope, @Nullable SegmentRef segment)
    implements Serializable {}
