package dev.microbatch.executor.stage;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.state.StateBackend;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;

/**
 * How the stages of a plan are to run, whichever process they run in.
 *
 * @param options the pipeline's options, for user code
 * @param parallelism how many partitions each stage has
 * @param splits the splits of each source stage, by stage id; a stage without splits is not there
 * @param enforcement what is checked of user code
 * @param stateBackend where stages keep what they keep
 * @param commits whether there will be durable commits, so that changes are to be tracked
 * @param recordIdMillis for how long the ids of records are remembered that a source may deliver
 *     twice, in milliseconds
 * @param withholdsStableInput whether {@code @RequiresStableInput} waits for commits
 */
public record StageSettings(
    SerializablePipelineOptions options,
    int parallelism,
    Map<Integer, List<?>> splits,
    Enforcement enforcement,
    StateBackend stateBackend,
    boolean commits,
    long recordIdMillis,
    boolean withholdsStableInput)
    implements Serializable {}
