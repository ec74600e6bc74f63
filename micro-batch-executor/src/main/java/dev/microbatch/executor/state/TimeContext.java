package dev.microbatch.executor.state;

/** The times of a stage, in milliseconds since the epoch, as they are at the moment of the call. */
public interface TimeContext {

  /** The stage's input watermark. */
  long inputWatermark();

  /**
   * The input watermark for which everything that was due has fired: behind {@link #inputWatermark}
   * as long as what the present one makes due is still to fire.
   */
  long settledWatermark();

  /** Processing time, which is constant within a batch. */
  long processingTime();

  /** Synchronized processing time. */
  long synchronizedProcessingTime();

  /** Whether the pipeline is being drained, so that the watermark is on its way to the end. */
  boolean isDraining();
}
