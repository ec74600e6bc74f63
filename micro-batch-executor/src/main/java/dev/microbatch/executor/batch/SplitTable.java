package dev.microbatch.executor.batch;

import dev.microbatch.executor.batch.StoredSources.StoredSource;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.FileHeads;
import dev.microbatch.executor.source.KeptFileSplit;
import dev.microbatch.executor.source.SplitSet;
import dev.microbatch.executor.source.Splits;
import dev.microbatch.executor.source.StoredSplits;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.io.Source;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The splits of every source. They are computed once and kept in the pipeline's checkpoints, so
 * that a position means the same after a restart; again only for an unbounded source that has
 * changed, into as many as there are positions.
 *
 * <p>Immutable.
 */
final class SplitTable {

  private static final String PREFIX = "splits/";

  private final Plan plan;
  private final SourceChanges changes;
  private final Map<String, Cut> byStep;

  /**
   * A source in its splits.
   *
   * @param splits the splits
   * @param stored their stored form if they come from a checkpoint, else null
   * @param source the source that was split
   * @param asked how many splits it was asked for
   */
  private record Cut(List<?> splits, byte @Nullable [] stored, Source<?> source, int asked) {

    StoredSource source(SourceIdentity identity) {
      return new StoredSource(
          identity,
          splits.size(),
          stored == null ? FileHeads.of(splits) : List.of(),
          asked,
          source instanceof UnboundedSource<?, ?> && new SplitSet(splits).wereCreatedFor(source));
    }
  }

  private SplitTable(Plan plan, SourceChanges changes, Map<String, Cut> byStep) {
    this.plan = plan;
    this.changes = changes;
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
   * @param changes unless they have changed
   * @throws StepException if a source cannot be cut; the step is named
   * @throws CheckpointException if splits cannot be decoded, or a source that is cut again gives
   *     another number of them
   */
  static SplitTable of(
      Plan plan,
      PipelineOptions options,
      int parallelism,
      MetricsContainerStepMap metrics,
      Map<String, byte[]> kept,
      SourceChanges changes) {
    Map<String, Cut> byStep = new HashMap<>();
    for (Stage stage : plan.stages()) {
      String step = stage.head().name();
      StepSpec spec = stage.head().spec();
      Source<?> source = source(spec);
      byte[] stored = stored(kept, step);
      if (source == null) {
        continue;
      }
      Cut cut;
      if (stored == null) {
        List<?> splits = cut(spec, step, options, parallelism, metrics);
        cut = new Cut(splits, null, source, parallelism);
      } else if (changes.isCutAgain(step)) {
        StoredSource known = changes.stored(step);
        int splits = known != null ? known.splits() : decode(step, stored, source).size();
        int asked = known != null ? known.asked() : splits;
        cut = new Cut(cut(spec, step, options, asked, metrics), null, source, asked);
        check(step, splits, cut.splits().size());
      } else {
        List<?> splits = decode(step, stored, source);
        cut = new Cut(splits, stored, source, splits.size());
      }
      byStep.put(step, cut);
    }
    return new SplitTable(plan, changes, byStep);
  }

  /** The splits of a step among what is attached to a commit, encoded; null if there are none. */
  static byte @Nullable [] stored(Map<String, byte[]> attachments, String step) {
    return attachments.get(PREFIX + step);
  }

  private static @Nullable Source<?> source(StepSpec spec) {
    if (spec instanceof StepSpec.BoundedRead read) {
      return read.source();
    }
    return spec instanceof StepSpec.UnboundedRead read ? read.source() : null;
  }

  /**
   * Splits a source.
   *
   * @throws StepException if that fails; the step is named
   */
  static List<?> cut(
      StepSpec spec,
      String step,
      PipelineOptions options,
      int wanted,
      MetricsContainerStepMap metrics) {
    try (Closeable scope = MetricsEnvironment.scopedMetricsContainer(metrics.getContainer(step))) {
      return spec instanceof StepSpec.BoundedRead read
          ? Splits.of(read, options, wanted)
          : Splits.of((StepSpec.UnboundedRead) spec, options, wanted);
    } catch (Exception e) {
      throw StepException.of(step, e);
    }
  }

  private static void check(String step, int stored, int now) {
    if (stored != now) {
      throw new CheckpointException(
          String.format(
              "The source %s has changed, and splits into %d now, but the checkpoint has positions"
                  + " of %d splits. Run the version that wrote the checkpoint, keep changed sources"
                  + " to keep reading its splits as they are, or start again in another checkpoint"
                  + " directory",
              step, now, stored),
          null,
          List.of(Remedy.KEEP_SOURCES, Remedy.OTHER_STORE));
    }
  }

  /**
   * Decodes the splits of a step.
   *
   * @throws CheckpointException if that fails
   */
  static List<?> decode(String step, byte[] stored, Source<?> source) {
    try {
      return StoredSplits.decode(stored, source);
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      throw new CheckpointException(
          "The splits of the source "
              + step
              + " in the checkpoint cannot be read by this program, because its classes have"
              + " changed or they were not written by it: "
              + e.getMessage()
              + ". Run the version that wrote the checkpoint, or start again in another checkpoint"
              + " directory",
          e,
          List.of(Remedy.OTHER_STORE));
    }
  }

  /** The splits of each source stage, by stage id. */
  Map<Integer, List<?>> byStage(Plan plan) {
    Map<Integer, List<?>> splits = new HashMap<>();
    for (Stage stage : plan.stages()) {
      String step = stage.head().name();
      Cut cut = byStep.get(step);
      if (cut != null) {
        splits.put(stage.id(), cut.stored() == null ? cut.splits() : checked(step, cut));
      }
    }
    return splits;
  }

  private List<?> checked(String step, Cut cut) {
    StoredSource known = changes.stored(step);
    return KeptFileSplit.check(
        cut.splits(), known == null ? List.of() : known.heads(), changes.keepsAnyway());
  }

  /** What is to be attached to commits. */
  Map<String, byte[]> encode() {
    Map<String, byte[]> encoded = new HashMap<>();
    byStep.forEach(
        (step, cut) ->
            encoded.put(
                PREFIX + step,
                cut.stored() != null ? cut.stored() : StoredSplits.encode(cut.splits())));
    Map<String, StoredSource> sources = new HashMap<>();
    plan.sources()
        .forEach(
            (step, identity) -> {
              Cut cut = byStep.get(step);
              StoredSource before = changes.stored(step);
              if (before != null && (cut == null || cut.stored() != null)) {
                sources.put(step, before); // what is read on is still that one
              } else if (cut == null) {
                sources.put(step, StoredSource.withoutSplits(identity));
              } else {
                sources.put(step, cut.source(identity));
              }
            });
    encoded.putAll(StoredSources.encode(sources));
    return encoded;
  }
}
