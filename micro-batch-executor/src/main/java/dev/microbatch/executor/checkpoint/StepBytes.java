package dev.microbatch.executor.checkpoint;

/**
 * How much of a commit is what one step keeps, all partitions together.
 *
 * @param step the name of the step
 * @param written how many bytes of it the commit has written
 * @param kept how many bytes are read to restore it: what was written, and what the commit still
 *     needs of earlier ones
 */
public record StepBytes(String step, long written, long kept) {}
