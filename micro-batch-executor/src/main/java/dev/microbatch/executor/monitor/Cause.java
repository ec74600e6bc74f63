package dev.microbatch.executor.monitor;

/** What a pipeline waits for, or is busy with. */
public enum Cause {
  /** It has ended. */
  ENDED("It has ended."),

  /** Its stages are being opened, and what a commit holds is being taken back. */
  STARTING("A large state takes a while to be read. If it takes minutes, look at the store."),

  /** A batch has failed, and is run again from the last commit. */
  RETRYING("Look at what was thrown. A service that is away may come back; a bug will not."),

  /** A step has not returned to the executor for long. */
  USER_CODE(
      "Look at the line: a call without a time limit, a lock, or much work for one element. Give"
          + " calls to other services a time limit."),

  /** The store of the checkpoints does not take a commit, or does not give one. */
  OUTAGE("Look at the disk or the file system of the checkpoints: is it full, or away?"),

  /** Sources have more than the pipeline can take, and it falls behind. */
  OVERLOADED(
      "Make that step cheaper, combine before it, or raise the parallelism if there are cores"
          + " left."),

  /** As OVERLOADED, and most of the work is in one partition. */
  SKEWED(
      "One key or one split has most of the records. Combine before the grouping, use"
          + " withHotKeyFanout, or put a Reshuffle behind a read with few splits."),

  /** It reads as fast as it can, and does not fall behind for long. */
  READING("Nothing is wrong: there is more to read than fits into a batch."),

  /** A split of a source gives nothing, and its watermark holds everything behind it. */
  SILENT_SPLIT(
      "Find out why nothing comes there. A partition that may be empty for long needs a watermark"
          + " that advances while it is idle (KafkaIO: a TimestampPolicy such as"
          + " CustomTimestampPolicyWithLimitedDelay or withLogAppendTime)."),

  /** A timer of a DoFn waits for the watermark. */
  EVENT_TIMER("It fires when the watermark is there: nothing is to be done."),

  /** Something waits for the clock. */
  PROCESSING_TIMER("It fires by itself when the time has come: nothing is to be done."),

  /** A window has not closed. */
  WINDOW(
      "It closes when the watermark is there. For earlier results use a trigger with early firings"
          + " or shorter windows."),

  /** Records wait until the side input of their window is ready. */
  SIDE_INPUT(
      "A side input is ready when the watermark of what it is made of has passed the window, or its"
          + " trigger has fired. See what that waits for."),

  /** Records wait for the commit that makes them stable. */
  STABLE_INPUT(
      "They are let in when that commit is durable. A shorter interval of checkpoints lets them in"
          + " earlier."),

  /** A splittable DoFn has asked to be called again later. */
  RESIDUAL("It resumes by itself when the time has come: nothing is to be done."),

  /** Sources end, and what was read is being worked off. */
  DRAINING("Nothing is to be done but to wait, or to cancel."),

  /** Everything that has come is worked off. */
  IDLE("Nothing is wrong: it waits for records."),

  /** Nothing will ever happen. */
  STANDS_STILL("This is a bug of the runner: please report it with this text.");

  private final String advice;

  Cause(String advice) {
    this.advice = advice;
  }

  /** What a user may do. */
  public String advice() {
    return advice;
  }
}
