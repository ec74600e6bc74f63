package dev.microbatch.executor.stage;

import java.io.Serializable;
import java.util.BitSet;

/**
 * What sources are told when they are asked for records between two batches.
 *
 * @param stages the source stages that may read, by stage id
 * @param partitions the partitions in which any of them has not ended
 * @param shares how many records each of them may read in each partition in the batch that follows;
 *     who may read none is not asked
 */
public record Poll(BitSet stages, BitSet partitions, ReadShares shares) implements Serializable {}
