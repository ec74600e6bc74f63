package dev.microbatch.translation;

import java.util.Map;
import org.apache.beam.sdk.io.WriteFiles;
import org.apache.beam.sdk.io.WriteFilesResult;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.runners.PTransformOverrideFactory;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.DefaultErrorHandler;
import org.apache.beam.sdk.util.construction.PTransformReplacements;
import org.apache.beam.sdk.util.construction.ReplacementOutputs;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Gives a write whose number of files is left to the runner a fixed number, or one if there is
 * nothing to write. Beam would write a file for each bundle, and bundles are small here.
 *
 * <p>A write with an error handler stays as it is: its errors are already part of the pipeline, and
 * expanding it again would leave them without a producer.
 */
final class ShardedWrite<UserT, DestinationT, OutputT>
    implements PTransformOverrideFactory<
        PCollection<UserT>,
        WriteFilesResult<DestinationT>,
        WriteFiles<UserT, DestinationT, OutputT>> {
  private final int shards;

  ShardedWrite(int shards) {
    this.shards = shards;
  }

  /** Whether a transform is such a write. */
  static boolean isWanted(AppliedPTransform<?, ?, ?> applied) {
    return applied.getTransform() instanceof WriteFiles<?, ?, ?> write
        && write.getNumShardsProvider() == null
        && write.getComputeNumShards() == null
        && !write.getWithAutoSharding()
        && write.getBadRecordErrorHandler() instanceof DefaultErrorHandler;
  }

  @Override
  public PTransformReplacement<PCollection<UserT>, WriteFilesResult<DestinationT>>
      getReplacementTransform(
          AppliedPTransform<
                  PCollection<UserT>,
                  WriteFilesResult<DestinationT>,
                  WriteFiles<UserT, DestinationT, OutputT>>
              applied) {
    WriteFiles<UserT, DestinationT, OutputT> write = applied.getTransform();
    return PTransformReplacement.of(
        PTransformReplacements.getSingletonMainInput(applied),
        write.getWindowedWrites()
            ? write.withNumShards(shards) // a window without records has no files at all
            : write.withSharding(new ShardsIfAny<>(shards)));
  }

  @Override
  public Map<PCollection<?>, ReplacementOutput> mapOutputs(
      Map<TupleTag<?>, PCollection<?>> outputs, WriteFilesResult<DestinationT> newOutput) {
    return ReplacementOutputs.tagged(outputs, newOutput);
  }
}
