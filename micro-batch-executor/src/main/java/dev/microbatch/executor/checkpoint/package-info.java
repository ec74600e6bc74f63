/**
 * Checkpoints: how a commit becomes durable, and how it is found and read again. {@link
 * dev.microbatch.executor.checkpoint.CheckpointLog} is the protocol, {@link
 * dev.microbatch.executor.checkpoint.CheckpointStore} the place.
 *
 * <p>Imports state. The loop's committer writes, a starting pipeline reads.
 */
package dev.microbatch.executor.checkpoint;
