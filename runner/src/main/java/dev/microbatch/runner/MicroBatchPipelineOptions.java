package dev.microbatch.runner;

import dev.microbatch.executor.batch.CheckpointOptions.OnSourceChange;
import dev.microbatch.executor.batch.CheckpointOptions.Restore;
import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.DefaultValueFactory;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.StreamingOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What can be set when a pipeline is run with {@code --runner=MicroBatchRunner}. */
public interface MicroBatchPipelineOptions
    extends PipelineOptions,
        ApplicationNameOptions,
        StreamingOptions,
        UiPipelineOptions,
        InternalOptions {

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

  /** How many records are admitted to one batch at most. */
  @Description(
      "How many records are admitted to one batch at most; -1 = as many as fit the target time"
          + " of a batch.")
  @Default.Long(-1)
  long getMaxRecordsPerBatch();

  /** Sets {@link #getMaxRecordsPerBatch}. */
  void setMaxRecordsPerBatch(long maxRecordsPerBatch);

  /** The pace of commits in milliseconds. */
  @Description(
      "The pace of commits, in milliseconds: how often checkpoints are written, sources are"
          + " acknowledged, bundles finalized and metrics counted as committed.")
  @Default.Long(1000)
  long getCheckpointIntervalMillis();

  /** Sets {@link #getCheckpointIntervalMillis}. */
  void setCheckpointIntervalMillis(long checkpointIntervalMillis);

  /** For how long the ids of records are remembered, in milliseconds. */
  @Description(
      "For sources that may deliver a record twice and give each an id: for how long an id is"
          + " remembered after it was seen last, in milliseconds, so that the record counts once."
          + " An id takes about 50 bytes; if all take more than an eighth of the heap, the oldest"
          + " are forgotten early, with a warning.")
  @Default.Long(600_000)
  long getRecordIdMillis();

  /** Sets {@link #getRecordIdMillis}. */
  void setRecordIdMillis(long recordIdMillis);

  /** Where checkpoints are kept. */
  @Description(
      "Where checkpoints are kept: a directory, or a path of any Beam filesystem. A pipeline that"
          + " finds a checkpoint there resumes from it. Default: none, and then a pipeline that"
          + " dies starts again from the beginning.")
  @Nullable String getCheckpointDir();

  /** Sets {@link #getCheckpointDir}. */
  void setCheckpointDir(@Nullable String checkpointDir);

  /** Whether to resume from a checkpoint. */
  @Description(
      "Whether to resume from a checkpoint in --checkpointDir: AUTO = if there is one; REQUIRED ="
          + " there must be one; NONE = there must be none.")
  @Default.Enum("AUTO")
  Restore getRestore();

  /** Sets {@link #getRestore}. */
  void setRestore(Restore restore);

  /** What becomes of a source that has changed since the checkpoint was written. */
  @Description(
      "With --checkpointDir: what becomes of a source that is configured differently than when the"
          + " checkpoint was written: REFUSE = the pipeline does not start; KEEP = what the"
          + " checkpoint has left of the old source is read; RESPLIT = an unbounded source is split"
          + " again into as many splits, which resume at the stored positions.")
  @Default.Enum("REFUSE")
  OnSourceChange getOnSourceChange();

  /** Sets {@link #getOnSourceChange}. */
  void setOnSourceChange(OnSourceChange onSourceChange);

  /** What is promised to the outside. */
  @Description(
      "With --checkpointDir: EXACTLY_ONCE = steps that require stable input see a record only after"
          + " the commit that contains it; AT_LEAST_ONCE = they see it at once.")
  @Default.Enum("EXACTLY_ONCE")
  DeliveryGuarantee getDeliveryGuarantee();

  /** Sets {@link #getDeliveryGuarantee}. */
  void setDeliveryGuarantee(DeliveryGuarantee deliveryGuarantee);

  /** What is promised to the outside. */
  enum DeliveryGuarantee {
    /** Stable input is withheld until the commit that contains it. */
    EXACTLY_ONCE,
    /** Stable input is not withheld. */
    AT_LEAST_ONCE
  }

  /** How often in a row a failed batch is run again. */
  @Description(
      "With --checkpointDir: how often in a row a failed batch is run again, from the last commit"
          + " and with fewer records each time, before the pipeline fails. The pauses are 0.2, 1, 5"
          + " and then 10 s.")
  @Default.Integer(3)
  int getMaxBatchRetries();

  /** Sets {@link #getMaxBatchRetries}. */
  void setMaxBatchRetries(int maxBatchRetries);

  /** For how long a checkpoint that cannot be written is tried again. */
  @Description(
      "With --checkpointDir: for how long a checkpoint that cannot be written, because the disk is"
          + " full or the service is away, is tried again before the pipeline fails, in"
          + " milliseconds. Batches continue for up to 30 s or 1,000,000 records meanwhile, and"
          + " then wait.")
  @Default.Long(300_000)
  long getMaxOutageMillis();

  /** Sets {@link #getMaxOutageMillis}. */
  void setMaxOutageMillis(long maxOutageMillis);

  /** What becomes of groups that do not fit into memory. */
  @Description(
      "What becomes of groups whose windows fire once when they are more than --memoryBudget: auto"
          + " = they go to disk; heap = everything stays in memory. State, timers and other windows"
          + " stay in memory either way.")
  @Default.String("heap")
  String getStateBackend();

  /** Sets {@link #getStateBackend}. */
  void setStateBackend(String stateBackend);

  /** How much memory groups take before they go to disk. */
  @Description(
      "With --stateBackend=auto: how much memory groups take before they go to disk: bytes, or"
          + " percent of the largest heap (-Xmx). If the heap fills up all the same, it is made"
          + " smaller.")
  @Default.String("40%")
  String getMemoryBudget();

  /** Sets {@link #getMemoryBudget}. */
  void setMemoryBudget(String memoryBudget);

  /** Where groups go that do not fit into memory. */
  @Description(
      "With --stateBackend=auto: a directory on a local disk for groups that do not fit into"
          + " memory. Nothing in it outlives the pipeline. Default: beside a local --checkpointDir,"
          + " under its name and -spill; otherwise /var/tmp/microbatch- and the name of the user.")
  @Nullable String getSpillDir();

  /** Sets {@link #getSpillDir}. */
  void setSpillDir(@Nullable String spillDir);

  /** Whether the pipeline resumes from its last commit after every batch. */
  enum RestartAfterBatch {
    /** It does not. */
    NONE,
    /** It does. */
    SAME,
    /** It does, each time with another parallelism. */
    RESCALED
  }

  /** Whether groupings whose windows fire once are kept in tables. */
  @Description(
      "Whether windows that fire once are kept in tables. If false, every key and window is kept by"
          + " itself, as where a window may fire more than once; the results are the same.")
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
