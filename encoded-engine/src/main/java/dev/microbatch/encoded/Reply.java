package dev.microbatch.encoded;

import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a worker answers.
 *
 * @param reports one per stage and partition that it has
 * @param polls one per source that it was told to ask
 * @param metrics what its tasks have counted; null if that was not asked
 */
record Reply(
    ArrayList<StageReport> reports,
    ArrayList<PollReport> polls,
    @Nullable ArrayList<MetricsContainerStepMap> metrics)
    implements Serializable {

  static Reply of(List<StageReport> reports, @Nullable List<MetricsContainerStepMap> metrics) {
    return new Reply(
        new ArrayList<>(reports),
        new ArrayList<>(),
        metrics == null ? null : new ArrayList<>(metrics));
  }

  static Reply ofPolls(List<PollReport> polls) {
    return new Reply(new ArrayList<>(), new ArrayList<>(polls), null);
  }
}
