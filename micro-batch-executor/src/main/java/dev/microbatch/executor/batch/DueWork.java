package dev.microbatch.executor.batch;

import java.util.BitSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Whether a batch has something to do at once, apart from what the clock makes due. A pure function
 * of what is known between two batches.
 *
 * @param status where the last batch left the pipeline
 * @param last what the last batch did; null if there was none
 * @param ready the source stages, scripts aside, that may read
 * @param script whether there is a TestStream, and whether it plays
 * @param found whether a poll has found something for a batch to do
 * @param draining whether the last batch drained the pipeline
 * @param drainAsked whether it is to be drained
 * @param commitsIdle whether another commit can begin
 * @param commitNews whether a commit is durable that the tasks have not been told of
 */
record DueWork(
    PipelineStatus status,
    @Nullable Last last,
    BitSet ready,
    Script script,
    boolean found,
    boolean draining,
    boolean drainAsked,
    boolean commitsIdle,
    boolean commitNews) {

  /**
   * What the last batch did.
   *
   * @param admitted the source stages that were admitted to it
   * @param moved whether it read a record or moved a watermark
   */
  record Last(BitSet admitted, boolean moved) {}

  /** Whether a TestStream says what happens when. */
  enum Script {
    /** There is none. */
    NONE,
    /** It has events to play. */
    PLAYING,
    /** It has played its last event. */
    OVER
  }

  /** Whether a batch has something to do at once. */
  boolean isDue() {
    return mayAcknowledge() || changesState();
  }

  /** Whether acknowledgements can be given, which changes nothing that a commit contains. */
  private boolean mayAcknowledge() {
    return status.isUnacknowledged() && commitNews;
  }

  /** Whether a batch has something to do at once that the next commit will contain. */
  boolean changesState() {
    return last == null
        || found
        || status.records() > 0
        || draining != drainAsked
        || (status.awaitsCommit() && commitsIdle)
        || ready.stream().anyMatch(stage -> status.hasMore(stage) || !last.admitted().get(stage))
        || (status.anySourceOpen() ? scriptMayPlay() : lastBatchLeftSome());
  }

  private boolean scriptMayPlay() {
    return script == Script.PLAYING && !status.withholds();
  }

  /** Without a source a batch can only be needed by what the last one has left to do. */
  private boolean lastBatchLeftSome() {
    return last.moved() || (script != Script.NONE && status.nextWakeUp() != Long.MAX_VALUE);
  }

  /** How sources can be asked for records. */
  Pacing.Sources sources() {
    if (script != Script.NONE) {
      return Pacing.Sources.IN_BATCHES;
    }
    return status.anySourceOpen() && !draining ? Pacing.Sources.POLLED : Pacing.Sources.NONE;
  }

  /** Whether nothing will ever be due, though the pipeline has not come to its end. */
  boolean standsStill() {
    return !isDue()
        && !status.anySourceOpen()
        && status.nextWakeUp() == Long.MAX_VALUE
        && commitsIdle;
  }
}
