package dev.microbatch.ui.watch;

import dev.microbatch.executor.batch.Asked;
import dev.microbatch.executor.monitor.Outcome;
import dev.microbatch.executor.monitor.Snapshot;

/** What a pipeline is doing, in one word. */
public enum State {
  /** Stages are restored and opened. */
  STARTING,
  /** Batches run, when there is something for them to do. */
  RUNNING,
  /** A batch has failed, or the last commit cannot be read: it tries again. */
  PAUSED,
  /** It works off what there is. */
  DRAINING,
  /** It commits, to resume later. */
  STOPPING,
  /** It is being given up. */
  CANCELLING,
  /** Everything has been worked off. */
  DONE,
  /** It has committed, and can resume. */
  STOPPED,
  /** It was given up. */
  CANCELLED,
  /** It has failed. */
  FAILED;

  /** Whether nothing happens any more. */
  public boolean isEnd() {
    return compareTo(DONE) >= 0;
  }

  /**
   * That of a pipeline.
   *
   * @param snapshot as it was behind a batch
   * @param asked what has been asked of it
   */
  static State of(Snapshot snapshot, Asked asked) {
    if (snapshot.end() != null) {
      return ended(snapshot.end().outcome());
    }
    return switch (asked) {
      case CANCEL -> CANCELLING;
      case STOP -> STOPPING;
      case DRAIN -> DRAINING;
      case NOTHING -> unasked(snapshot);
    };
  }

  private static State ended(Outcome outcome) {
    return switch (outcome) {
      case DONE -> DONE;
      case CANCELLED -> CANCELLED;
      case STOPPED -> STOPPED;
      case FAILED -> FAILED;
    };
  }

  private static State unasked(Snapshot snapshot) {
    return switch (snapshot.phase()) {
      case STARTING, ENDED -> STARTING;
      case RUNNING -> snapshot.draining() ? DRAINING : RUNNING;
      case PAUSED -> PAUSED;
    };
  }
}
