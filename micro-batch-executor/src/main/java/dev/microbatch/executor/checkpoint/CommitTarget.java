package dev.microbatch.executor.checkpoint;

import java.io.Serializable;

/**
 * Where the data files of a commit go, and under which name. Whoever has captured a part of the
 * commit is sent this, writes, and answers with {@link WrittenFiles}.
 *
 * @param location the checkpoint directory, as {@link CheckpointStores#attach} takes it
 * @param epoch the epoch that commits
 * @param commit the number of the commit
 * @param sequence how many commits the pipeline has made with this one, over all epochs
 */
public record CommitTarget(String location, long epoch, long commit, long sequence)
    implements Serializable {}
