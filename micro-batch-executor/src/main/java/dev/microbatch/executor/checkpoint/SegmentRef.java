package dev.microbatch.executor.checkpoint;

/**
 * Where a segment is.
 *
 * @param file the name of the data file
 * @param offset where it begins, in bytes
 * @param length in bytes
 * @param entries how many entries it has
 * @param full whether it is everything, or a delta to the segments before it
 */
record SegmentRef(String file, long offset, long length, long entries, boolean full) {}
