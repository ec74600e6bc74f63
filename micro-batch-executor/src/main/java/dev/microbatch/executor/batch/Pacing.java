package dev.microbatch.executor.batch;

import dev.microbatch.executor.time.Clock;

/**
 * Decides what the loop does next: run a batch, ask sources for records, or wait. A pure function
 * of where the pipeline stands and what the clocks show.
 *
 * <p>A batch runs when there is something for it to do. Sources that have nothing are asked again
 * after 1, 2, 4, 8 and then every {@value #SHORT_PAUSE_MILLIS} ms; when nothing has come for more
 * than a second, after a hundredth of that time, but at least every {@value #LONG_PAUSE_MILLIS} ms.
 * By so much a record or a watermark may come late. Whatever happens, a batch runs every {@value
 * #HEARTBEAT_MILLIS} ms: so no watermark that somebody sees is older, and a clock that jumps cannot
 * put the loop to sleep.
 *
 * @param batchIntervalMillis the least time between the starts of two batches, in milliseconds
 */
record Pacing(long batchIntervalMillis) {

  /** The pause between two polls of sources that have had nothing for a moment, in milliseconds. */
  static final long SHORT_PAUSE_MILLIS = 10;

  /** The pause between two polls of sources that have had nothing for long, in milliseconds. */
  static final long LONG_PAUSE_MILLIS = 50;

  /** Which part of the time since the last record a pause may be. */
  private static final long SHARE = 100;

  /** The longest time between two batches, in milliseconds, unless the interval is longer. */
  static final long HEARTBEAT_MILLIS = 1_000;

  /** What the loop may do. */
  enum Action {
    /** Run a batch. */
    BATCH,
    /** Ask sources, and nobody else. */
    POLL,
    /** Wait, unless something is asked or becomes durable meanwhile. */
    WAIT
  }

  /**
   * What the loop is to do next.
   *
   * @param action what
   * @param millis for how long, in milliseconds, if it is to wait; otherwise 0
   */
  record Next(Action action, long millis) {
    static final Next BATCH = new Next(Action.BATCH, 0);
    static final Next POLL = new Next(Action.POLL, 0);

    static Next await(long millis) {
      return new Next(Action.WAIT, millis);
    }
  }

  /**
   * What is known between two batches.
   *
   * @param ends whether only the end is left: the pipeline is complete, or is to stop
   * @param hasWork whether a batch has something to do at once
   * @param lags whether a stage's times lag behind, so that a batch is needed at a later processing
   *     time than that of the last one
   * @param sources who can be asked for records
   * @param vainPolls how often sources have been asked since the last record
   * @param sinceRecordNanos how long ago the last record was read
   * @param millis what the clock shows, in milliseconds since the epoch
   * @param processingTime that of the last batch, in milliseconds since the epoch
   * @param nextWakeUp the processing time at which a stage has something to do, in milliseconds
   *     since the epoch; {@link Long#MAX_VALUE} if none has
   * @param sinceStartNanos how long ago the last batch began
   * @param sinceAskedNanos how long ago sources were asked, by a batch or a poll
   * @param untilCommitNanos when a commit is due; {@link Long#MAX_VALUE} if none is needed
   */
  record Moment(
      boolean ends,
      boolean hasWork,
      boolean lags,
      Sources sources,
      long vainPolls,
      long sinceRecordNanos,
      long millis,
      long processingTime,
      long nextWakeUp,
      long sinceStartNanos,
      long sinceAskedNanos,
      long untilCommitNanos) {}

  /** How sources can be asked for records. */
  enum Sources {
    /** Not at all: none is open. */
    NONE,
    /** By a poll. */
    POLLED,
    /** By a batch only: where a TestStream plays, every look is one of its turns. */
    IN_BATCHES
  }

  /** Decides. */
  Next next(Moment now) {
    if (now.ends()) {
      return Next.BATCH;
    }
    long interval = rest(batchIntervalMillis, now.sinceStartNanos());
    long batch = Math.max(interval, untilWork(now));
    if (now.sources() != Sources.NONE) {
      long asked = Math.max(interval, rest(pause(now), now.sinceAskedNanos()));
      if (now.sources() == Sources.IN_BATCHES) {
        batch = Math.min(batch, asked);
      } else if (asked <= 0 && batch > 0) {
        return Next.POLL;
      } else {
        return batch <= 0 ? Next.BATCH : Next.await(Math.min(batch, asked));
      }
    }
    return batch <= 0 ? Next.BATCH : Next.await(batch);
  }

  /** How long it takes until a batch has something to do, in milliseconds. */
  private static long untilWork(Moment now) {
    if (now.lags()) {
      return now.processingTime() + 1 - now.millis();
    }
    if (now.hasWork() || now.nextWakeUp() <= now.millis()) {
      return 0;
    }
    long wakeUp =
        now.nextWakeUp() == Long.MAX_VALUE ? Long.MAX_VALUE : now.nextWakeUp() - now.millis();
    long commit =
        now.untilCommitNanos() == Long.MAX_VALUE ? Long.MAX_VALUE : millis(now.untilCommitNanos());
    return Math.min(Math.min(wakeUp, commit), rest(HEARTBEAT_MILLIS, now.sinceStartNanos()));
  }

  private static long pause(Moment now) {
    if (now.vainPolls() <= 3) {
      return 1L << now.vainPolls();
    }
    long share = millis(now.sinceRecordNanos()) / SHARE;
    return Math.max(SHORT_PAUSE_MILLIS, Math.min(share, LONG_PAUSE_MILLIS));
  }

  /** What is left of a time, in milliseconds. */
  private static long rest(long millis, long passedNanos) {
    return millis(Clock.toNanos(millis) - passedNanos);
  }

  /** Rounded up, so that a wait is never too short. */
  private static long millis(long nanos) {
    return Math.floorDiv(nanos + 999_999, 1_000_000);
  }
}
