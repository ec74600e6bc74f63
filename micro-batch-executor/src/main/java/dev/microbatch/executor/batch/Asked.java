package dev.microbatch.executor.batch;

/** What has been asked of a pipeline from outside, which ends it. */
public enum Asked {
  /** Nothing. */
  NOTHING,
  /** To read nothing more and to work off what there is. */
  DRAIN,
  /** To commit, so that it can resume later. */
  STOP,
  /** To give up. */
  CANCEL
}
