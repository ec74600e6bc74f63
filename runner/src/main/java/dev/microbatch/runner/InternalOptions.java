package dev.microbatch.runner;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Hidden;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Options of {@link MicroBatchPipelineOptions} for tests of the runner itself: no promise is made
 * about them. An interface of their own, because help leaves out interfaces, not methods.
 */
@Hidden
public interface InternalOptions extends PipelineOptions {

  /** How many records each source reads in each partition and batch at most. */
  @Hidden
  @Description(
      "For tests: how many records each source reads in each partition and batch at most; -1 ="
          + " any number.")
  @Default.Long(-1)
  long getMaxRecordsPerReader();

  /** Sets {@link #getMaxRecordsPerReader}. */
  void setMaxRecordsPerReader(long maxRecordsPerReader);

  /** The name of the engine that runs the pipeline. */
  @Hidden
  @Description("The engine that runs the pipeline: the name of one that is on the class path.")
  @Default.String("embedded")
  String getEngine();

  /** Sets {@link #getEngine}. */
  void setEngine(String engine);

  /** How large the state of a step and partition may be to be written as a whole, in bytes. */
  @Hidden
  @Description(
      "How large the state of a step and partition may be, in bytes, for a checkpoint to write it"
          + " as a whole now and then. A larger one is rewritten in turns, with each checkpoint"
          + " a part.")
  @Default.Long(1 << 20)
  long getSmallStateBytes();

  /** Sets {@link #getSmallStateBytes}. */
  void setSmallStateBytes(long smallStateBytes);

  /** Whether groups go to disk after a few values. */
  @Hidden
  @Description(
      "For tests, with --stateBackend=auto: whether groups go to disk after ten values, and after"
          + " each batch.")
  @Default.Boolean(false)
  boolean isEvictAlways();

  /** Sets {@link #isEvictAlways}. */
  void setEvictAlways(boolean evictAlways);

  /** Whether the pipeline resumes from its last commit after every batch. */
  @Hidden
  @Description(
      "For tests, with --checkpointDir: after every batch, commit, tear everything down and resume"
          + " from the files. SAME = with the same parallelism; RESCALED = each time with another.")
  @Default.Enum("NONE")
  MicroBatchPipelineOptions.RestartAfterBatch getRestartAfterBatch();

  /** Sets {@link #getRestartAfterBatch}. */
  void setRestartAfterBatch(MicroBatchPipelineOptions.RestartAfterBatch restartAfterBatch);
}
