package dev.microbatch.executor.source;

/**
 * How much one source stage may read in one partition and batch: whichever bound is reached first.
 * At least one record is read if there is one.
 *
 * @param maxRecords the most records
 * @param deadlineNanos when to stop, by the clock's monotone reading
 */
public record Portion(long maxRecords, long deadlineNanos) {}
