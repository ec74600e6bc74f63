package dev.microbatch.executor.stage;

import java.io.Serializable;
import java.util.BitSet;

/**
 * What every task of a batch is told.
 *
 * @param number the batch, counted from 1
 * @param processingTime the processing time of the whole batch, in milliseconds since the epoch
 * @param admitted the source stages that may read in this batch, by stage id
 * @param shares how many records each admitted source stage may read in each partition
 * @param maxReadNanos for how long each admitted source stage may read in each partition
 * @param commit whether a commit follows this batch, so that positions are marked
 * @param drain whether the pipeline is being drained: no source reads any more, and what is left of
 *     splittable work is cut down to what has to be finished. Once set, it stays
 * @param durableCommit the batch whose commit was the last to become durable, 0 if there was none
 * @param viewHorizons by stage, the earliest end of a main window that may still ask for a side
 *     input, in any partition; in milliseconds
 * @param survey whether tasks are to take a closer look at themselves for whoever watches
 */
public record BatchHeader(
    long number,
    long processingTime,
    BitSet admitted,
    ReadShares shares,
    long maxReadNanos,
    boolean commit,
    boolean drain,
    long durableCommit,
    long[] viewHorizons,
    boolean survey)
    implements Serializable {}
