package dev.microbatch.executor.batch;

/**
 * How the loop of a pipeline ended.
 *
 * @param how done, given up, or stopped so that it can resume another time
 * @param drained whether it was drained
 * @param durableCommit the batch whose commit was the last to become durable; 0 if there was none
 */
public record LoopEnd(PlanExecution.End how, boolean drained, long durableCommit) {}
