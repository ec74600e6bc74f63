package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.SnapshotScope;
import java.io.Serializable;

/**
 * Where a segment is.
 *
 * @param file the name of the data file
 * @param offset where it begins, in bytes
 * @param length in bytes
 * @param entries how many entries it has
 * @param scope what it contains as a whole: nothing of that is needed from the segments before it.
 *     Of all else it is a delta to them
 * @param whole how many bytes of it are within that scope
 */
public record SegmentRef(
    String file, long offset, long length, long entries, SnapshotScope scope, long whole)
    implements Serializable {}
