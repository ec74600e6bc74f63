package dev.microbatch.executor.checkpoint;

/**
 * Named, immutable, durable files in one place. Low-level operations: each is one step of the
 * commit protocol, and each can be made to fail in a test.
 *
 * <p>A file is written once, and never appended to, renamed or overwritten. Nobody relies on a file
 * being either whole or absent: a reader has to find out by lengths and checksums.
 *
 * <p>Thread-safe: several files may be read and written at the same time, each by one thread.
 */
public interface CheckpointStore extends StoredFiles, AttachedStore {}
