package dev.microbatch.executor.monitor;

import dev.microbatch.executor.engine.Activity;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has to be looked at when somebody asks, because no batch tells it.
 *
 * @param nowNanos what the monotone clock says
 * @param nowMillis processing time, in milliseconds since the epoch
 * @param running what the engine is working on; null if it is not
 * @param activities what its threads do, if it has been working for long; otherwise empty
 * @param commitTrouble the commit that cannot be written; null if there is none
 * @param drainAsked whether the pipeline is to be drained
 */
public record Live(
    long nowNanos,
    long nowMillis,
    PipelineMonitor.@Nullable Running running,
    List<Activity> activities,
    @Nullable CommitTrouble commitTrouble,
    boolean drainAsked) {

  /** The same, without what was thrown has said. */
  Live withoutMessages() {
    return commitTrouble == null
        ? this
        : new Live(
            nowNanos, nowMillis, running, activities, commitTrouble.withoutMessage(), drainAsked);
  }
}
