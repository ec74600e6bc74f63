package dev.microbatch.translation;

import dev.microbatch.translation.limited.LimitedReadOverride;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.PTransformOverride;
import org.apache.beam.sdk.util.construction.PTransformMatchers;
import org.apache.beam.sdk.util.construction.SplittableParDo;

/**
 * The transforms that are replaced by others before a pipeline is translated. The pipeline is
 * changed in place, as Beam's replacements do.
 */
final class Overrides {

  private Overrides() {}

  static void apply(Pipeline pipeline, TranslationOptions options) {
    pipeline.replaceAll(List.of(LimitedReadOverride.override())); // with reads for the next line
    SplittableParDo.convertReadBasedSplittableDoFnsToPrimitiveReadsIfNecessary(pipeline);
    pipeline.replaceAll(
        List.of(
            PTransformOverride.of(
                ShardedWrite::isWanted, new ShardedWrite<>(options.parallelism())),
            PTransformOverride.of(
                PTransformMatchers.splittableParDoMulti(),
                new SplittableParDo.OverrideFactory<>())));
  }
}
