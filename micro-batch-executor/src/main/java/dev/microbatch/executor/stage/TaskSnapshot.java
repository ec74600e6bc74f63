package dev.microbatch.executor.stage;

import dev.microbatch.executor.state.StateSnapshot;

/**
 * What one task contributes to a commit.
 *
 * @param step the name of the head of its stage: the identity of what it keeps
 * @param partition the partition
 * @param snapshot what it keeps, or what has changed of it
 */
public record TaskSnapshot(String step, int partition, StateSnapshot snapshot) {}
