package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.StateSnapshot;

/**
 * The state of one step in one partition, or what has changed in it.
 *
 * @param step Beam's unique name of the step that heads the stage: the identity of its state
 * @param partition the partition, from 0
 * @param snapshot what to write; stays open
 */
public record Segment(String step, int partition, StateSnapshot snapshot) {}
