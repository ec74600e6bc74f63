package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.Splits;
import dev.microbatch.executor.source.StoredSplits;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.io.Source;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The splits of every source. They are computed once in the life of a pipeline and kept in its
 * checkpoints, so that a position means the same after a restart.
 *
 * <p>Immutable.
 */
final class SplitTable {

  private static final String PREFIX = "splits/";

  private final Map<String, List<?>> byStep;

  private SplitTable(Map<String, List<?>> byStep) {
    this.byStep = byStep;
  }

  /**
   * Cuts the sources of a plan.
   *
   * @param plan the plan
   * @param options the pipeline's options, for the sources
   * @param parallelism how many partitions will read
   * @param metrics where sources count
   * @param kept what a checkpoint holds of splits; sources that are there are not cut again
   * @throws StepException if a source cannot be cut; the step is named
   */
  static SplitTable of(
      Plan plan,
      PipelineOptions options,
      int parallelism,
      MetricsContainerStepMap metrics,
      Map<String, byte[]> kept) {
    Map<String, List<?>> splits = new HashMap<>();
    for (Stage stage : plan.stages()) {
      String step = stage.head().name();
      StepSpec spec = stage.head().spec();
      byte[] stored = kept.get(PREFIX + step);
      List<?> cut =
          stored != null
              ? decode(step, stored, spec)
              : cut(spec, step, options, parallelism, metrics);
      if (cut != null) {
        splits.put(step, cut);
      }
    }
    return new SplitTable(splits);
  }

  private static @Nullable List<?> cut(
      StepSpec spec,
      String step,
      PipelineOptions options,
      int parallelism,
      MetricsContainerStepMap metrics) {
    try (Closeable scope = MetricsEnvironment.scopedMetricsContainer(metrics.getContainer(step))) {
      if (spec instanceof StepSpec.BoundedRead read) {
        return Splits.of(read, options, parallelism);
      }
      if (spec instanceof StepSpec.UnboundedRead read) {
        return Splits.of(read, options, parallelism);
      }
      return null;
    } catch (Exception e) {
      throw StepException.of(step, e);
    }
  }

  private static @Nullable List<?> decode(String step, byte[] stored, StepSpec spec) {
    Source<?> source =
        spec instanceof StepSpec.BoundedRead bounded
            ? bounded.source()
            : spec instanceof StepSpec.UnboundedRead unbounded ? unbounded.source() : null;
    if (source == null) {
      return null; // whatever it is, it is not for this step
    }
    try {
      return StoredSplits.decode(stored, source);
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      throw new CheckpointException(
          "The splits of the source "
              + step
              + " in the checkpoint cannot be read by this program, because its classes have"
              + " changed or they were not written by it: "
              + e.getMessage()
              + ". Run the version that wrote the checkpoint, or begin anew in another"
              + " --checkpointDir",
          e);
    }
  }

  /** The splits of each source stage, by stage id. */
  Map<Integer, List<?>> byStage(Plan plan) {
    Map<Integer, List<?>> splits = new HashMap<>();
    for (Stage stage : plan.stages()) {
      List<?> of = byStep.get(stage.head().name());
      if (of != null) {
        splits.put(stage.id(), of);
      }
    }
    return splits;
  }

  /** What is to be attached to commits. */
  Map<String, byte[]> encode() {
    Map<String, byte[]> encoded = new HashMap<>();
    byStep.forEach((step, splits) -> encoded.put(PREFIX + step, StoredSplits.encode(splits)));
    return encoded;
  }
}
