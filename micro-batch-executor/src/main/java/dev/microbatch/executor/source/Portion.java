package dev.microbatch.executor.source;

import java.util.function.BooleanSupplier;

/**
 * How much one source stage may read in one partition and batch: whichever bound is reached first.
 * If there is a record, at least one is read, unless splits without any take all the time.
 *
 * @param maxRecords the most records
 * @param deadlineNanos when to stop, by the clock's monotone reading
 * @param ended whether to stop at once, behind the current record; cheap enough to be asked behind
 *     each
 */
public record Portion(long maxRecords, long deadlineNanos, BooleanSupplier ended) {}
