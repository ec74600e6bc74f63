package dev.microbatch.executor.monitor;

import dev.microbatch.executor.operator.HoldKind;

/**
 * One task on the way from where the watermark is earliest to what keeps it there.
 *
 * @param stage the stage
 * @param step the step at its head
 * @param partition the partition
 * @param kind who holds the watermark there; {@link HoldKind#NONE} if it came as it is
 * @param watermark what the task has sent, in milliseconds
 * @param text why it is no later
 */
public record Link(
    int stage, String step, int partition, HoldKind kind, long watermark, String text) {}
