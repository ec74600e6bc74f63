/**
 * How a commit becomes durable: the files of a checkpoint, the order in which they are written, who
 * may write them, and how the newest complete one is found again.
 *
 * <p>{@link dev.microbatch.executor.checkpoint.CheckpointLog} is the door. Imports {@code log},
 * {@code state} and {@code time}. The loop enters to commit, the stages' restore to read chains.
 */
package dev.microbatch.executor.checkpoint;
