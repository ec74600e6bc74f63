package dev.microbatch.executor.monitor;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The commits of a pipeline, and its restores.
 *
 * <p>Written by the loop's thread; the lists may be asked for by any.
 */
final class CommitHistory {

  private static final int KEPT = 200;

  private final Clock clock;
  private final Ring<CommitRecord> commits = new Ring<>(KEPT);
  private final Ring<RestoreRecord> restores = new Ring<>(KEPT);
  private @Nullable CommitInFlight inFlight;
  private @Nullable CommitRecord last;
  private long durable;
  private long failedAttempts;
  private long bytes;
  private long nanos;
  private long restored;

  /**
   * Creates an empty one.
   *
   * @param clock says when things happen
   */
  CommitHistory(Clock clock) {
    this.clock = clock;
  }

  /** An epoch begins, in which nothing is in flight. */
  void starts() {
    inFlight = null;
  }

  /** A commit has been handed over to be written. */
  void begins(long commit, long freezeNanos) {
    inFlight = new CommitInFlight(commit, clock.nanos(), freezeNanos, null);
  }

  /** An attempt to write the commit in flight has failed. */
  void fails(CommitTrouble trouble) {
    CommitInFlight now = inFlight;
    int before = now == null ? 0 : now.attempt() - 1;
    failedAttempts += Math.max(1, trouble.attempts() - before);
    if (now != null) {
      inFlight = new CommitInFlight(now.commit(), now.sinceNanos(), now.freezeNanos(), trouble);
    }
  }

  /** A commit has become durable. */
  void committed(long commit, @Nullable CommitStats stats) {
    durable++;
    if (stats != null) {
      bytes += stats.bytes();
      nanos += stats.nanos();
    }
    int attempts = stats == null ? 1 : stats.attempts();
    // Some may have failed since it was looked last.
    failedAttempts += inFlight == null ? attempts - 1 : Math.max(0, attempts - inFlight.attempt());
    last = new CommitRecord(commit, clock.millis(), clock.nanos(), true, freeze(), attempts, stats);
    commits.add(last);
    inFlight = null;
  }

  /** The commit in flight, if there is one, will never be durable. */
  void lost() {
    if (inFlight != null) {
      commits.add(
          new CommitRecord(
              inFlight.commit(),
              clock.millis(),
              clock.nanos(),
              false,
              freeze(),
              inFlight.attempt(),
              null));
      inFlight = null;
    }
  }

  private long freeze() {
    return inFlight == null ? 0 : inFlight.freezeNanos();
  }

  /** The stages have been opened from a commit. */
  void restored(RestoreRecord restore) {
    restored++;
    restores.add(restore);
  }

  /** The last commit that has become durable in this process, or null. */
  @Nullable CommitRecord last() {
    return last;
  }

  /** The commit that is being written, or null. */
  @Nullable CommitInFlight inFlight() {
    return inFlight;
  }

  Counters counters(long retries) {
    return new Counters(durable, failedAttempts, bytes, nanos, restored, retries);
  }

  List<CommitRecord> commits() {
    return commits.list();
  }

  List<RestoreRecord> restores() {
    return restores.list();
  }
}
