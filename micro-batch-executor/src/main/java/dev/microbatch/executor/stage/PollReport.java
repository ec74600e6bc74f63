package dev.microbatch.executor.stage;

import java.io.Serializable;

/**
 * What one source stage found in one partition when it was asked between two batches.
 *
 * @param stage the stage
 * @param partition the partition
 * @param hasRecord whether a record has come: the next batch begins with it
 * @param watermark how far the source has come, in milliseconds; {@code EventTime.MAX} at its end
 */
public record PollReport(int stage, int partition, boolean hasRecord, long watermark)
    implements Serializable {}
