package dev.microbatch.executor.state;

/** The times of a stage, in milliseconds since the epoch, as they are at the moment of the call. */
public interface TimeContext {

  /** The stage's input watermark. */
  long inputWatermark();

  /** Processing time, which is constant within a batch. */
  long processingTime();

  /** Synchronized processing time. */
  long synchronizedProcessingTime();
}
