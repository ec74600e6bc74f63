package dev.microbatch.runner;

import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.DefaultValueFactory;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.StreamingOptions;

/** What can be set when a pipeline is run with {@code --runner=MicroBatchRunner}. */
public interface MicroBatchPipelineOptions
    extends PipelineOptions, ApplicationNameOptions, StreamingOptions {

  /** How many partitions run side by side. */
  @Description("How many partitions run side by side, each on a thread of its own. Default: cores.")
  @Default.InstanceFactory(AvailableProcessors.class)
  int getParallelism();

  /** Sets {@link #getParallelism}. */
  void setParallelism(int parallelism);

  /** Into how many key groups keys are hashed. */
  @Description(
      "Into how many key groups keys are hashed: the upper bound of --parallelism, fixed for the"
          + " life of a checkpoint.")
  @Default.Integer(128)
  int getMaxParallelism();

  /** Sets {@link #getMaxParallelism}. */
  void setMaxParallelism(int maxParallelism);

  /** The pace of batches in milliseconds. */
  @Description("The least time between two batches, in milliseconds; 0 = as soon as there is work.")
  @Default.Long(0)
  long getBatchIntervalMillis();

  /** Sets {@link #getBatchIntervalMillis}. */
  void setBatchIntervalMillis(long batchIntervalMillis);

  /** How many records are admitted to one batch at the most. */
  @Description(
      "How many records are admitted to one batch at the most; -1 = as many as fit the target time"
          + " of a batch.")
  @Default.Long(-1)
  long getMaxRecordsPerBatch();

  /** Sets {@link #getMaxRecordsPerBatch}. */
  void setMaxRecordsPerBatch(long maxRecordsPerBatch);

  /** The pace of commits in milliseconds. */
  @Description(
      "The pace of commits, in milliseconds: how often sources are acknowledged, bundles finalized"
          + " and metrics counted as committed.")
  @Default.Long(1000)
  long getCheckpointIntervalMillis();

  /** Sets {@link #getCheckpointIntervalMillis}. */
  void setCheckpointIntervalMillis(long checkpointIntervalMillis);

  /** Whether aggregators made for common windowings are used. */
  @Description(
      "Whether groupings by common windowings use aggregators made for them. If false, all take the"
          + " general path; the results are the same.")
  @Default.Boolean(true)
  boolean isSpecializedAggregators();

  /** Sets {@link #isSpecializedAggregators}. */
  void setSpecializedAggregators(boolean specializedAggregators);

  /**
   * Whether {@code run()} waits for the end. Beam's own options of that name say true, and Beam
   * refuses options whose defaults contradict each other.
   */
  @Description("Whether run() waits for the end of the pipeline.")
  @Default.Boolean(true)
  boolean isBlockOnRun();

  /** Sets {@link #isBlockOnRun}. */
  void setBlockOnRun(boolean blockOnRun);

  /** Whether the plan is only logged. */
  @Description("Whether the plan is only logged, and nothing is run.")
  @Default.Boolean(false)
  boolean isDryRun();

  /** Sets {@link #isDryRun}. */
  void setDryRun(boolean dryRun);

  /**
   * Whether every value that leaves a step is encoded and decoded. The DirectRunner has such an
   * option too, which is on unless set: under its name, this one could not be off.
   */
  @Description(
      "For tests: whether every value that leaves a step is encoded and decoded by its coder, so"
          + " that coders that do not work are found. Default: only with"
          + " --runner=TestMicroBatchRunner.")
  @Default.InstanceFactory(InTests.class)
  boolean isVerifyEncodability();

  /** Sets {@link #isVerifyEncodability}. */
  void setVerifyEncodability(boolean verifyEncodability);

  /** Whether it is an error if a DoFn changes its input, or a value that it has output. */
  @Description(
      "For tests: whether it is an error if a DoFn changes its input, or a value that it has"
          + " output. Default: only with --runner=TestMicroBatchRunner.")
  @Default.InstanceFactory(InTests.class)
  boolean isVerifyImmutability();

  /** Sets {@link #isVerifyImmutability}. */
  void setVerifyImmutability(boolean verifyImmutability);

  /** Whether the pipeline is that of a test. */
  final class InTests implements DefaultValueFactory<Boolean> {
    @Override
    public Boolean create(PipelineOptions options) {
      return options.getRunner() == TestMicroBatchRunner.class;
    }
  }

  /** The cores of this machine. */
  final class AvailableProcessors implements DefaultValueFactory<Integer> {
    @Override
    public Integer create(PipelineOptions options) {
      return Runtime.getRuntime().availableProcessors();
    }
  }
}
