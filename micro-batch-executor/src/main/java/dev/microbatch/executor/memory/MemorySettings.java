package dev.microbatch.executor.memory;

import java.io.Serializable;
import java.util.UUID;

/**
 * How much memory an execution may keep between records in each process, and where the rest goes.
 *
 * @param execution tells executions apart that are in one process
 * @param pipeline the name of the pipeline, for messages
 * @param budget how much it may keep, in bytes
 * @param directory where the rest goes
 * @param named whether a user has named the directory: then it is opened at once, and has to be
 *     usable. Otherwise it is opened when it is needed; if it cannot be used all stays in memory
 * @param always for tests: whether everything leaves memory after a few values
 */
public record MemorySettings(
    UUID execution, String pipeline, long budget, String directory, boolean named, boolean always)
    implements Serializable {}
