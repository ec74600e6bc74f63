package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is committed: which commit is durable, which one the tasks know of, when the next is due,
 * and how far batches have come ahead of it.
 *
 * <p>Not thread-safe: owned by the loop. All times are those of one monotone clock.
 */
final class Commits {

  /**
   * The pace of commits while nothing happens but that time passes, in milliseconds, unless the
   * interval is longer. All that such a commit saves is how far watermarks have come.
   */
  static final long IDLE_MILLIS = 10_000;

  private final Committer committer;
  private final long intervalNanos;
  private final long idleNanos;
  private final Backlog backlog = new Backlog();

  /** The batch whose commit was the last to become durable. */
  private long durable;

  /** The durable commit that the tasks have been told of. */
  private long told;

  /** When the last commit was begun. */
  private long lastNanos;

  /** Whether a batch has run since the last commit. */
  private boolean uncommitted;

  /** Whether one has changed more than times. */
  private boolean changed;

  /** Bounds the batches until the next commit is durable. */
  private BatchSummary.Retries retries = BatchSummary.Retries.NONE;

  /** Told that a commit has become durable. */
  private Runnable passed = () -> {};

  /**
   * Creates it.
   *
   * @param committer makes the commits; its owner closes it
   * @param intervalMillis the pace of commits, in milliseconds
   */
  Commits(Committer committer, long intervalMillis) {
    this.committer = committer;
    this.intervalNanos = Clock.toNanos(intervalMillis);
    this.idleNanos = Math.max(intervalNanos, Clock.toNanos(IDLE_MILLIS));
  }

  /**
   * How a batch stands to commits.
   *
   * @param readNanos how long it may read, in nanoseconds
   * @param commit whether a commit comes behind it
   */
  record Share(long readNanos, boolean commit) {}

  /**
   * Bounds the batches until the next commit is durable.
   *
   * @param after what has failed, and how many records a batch may read until then
   * @param whenPassed called with each commit that becomes durable
   */
  void limitRecords(BatchSummary.Retries after, Runnable whenPassed) {
    retries = after;
    passed = whenPassed;
  }

  /** Resumes from a commit, of which all tasks know. */
  void restore(long commit) {
    durable = commit;
    told = commit;
  }

  /** The first batch comes next. */
  void begin(Clock clock) {
    committer.start();
    lastNanos = clock.nanos();
  }

  /**
   * The commit that has become durable since the last call, or null.
   *
   * @throws RuntimeException if a commit cannot be made
   */
  @Nullable CommitPoint poll() {
    CommitPoint point = committer.poll();
    if (point != null) {
      durable = point.batch();
      retries = BatchSummary.Retries.NONE;
      passed.run();
    }
    return point;
  }

  /** The pipeline is to stop: whatever is to be committed does not take long. */
  void hurry() {
    committer.hurry();
  }

  /** Whether another commit can begin. */
  boolean areIdle() {
    return committer.isIdle();
  }

  /** Whether batches have come so far ahead of a commit that fails that they have to wait. */
  boolean areTooFarBehind() {
    return backlog.isFull(committer.failingMillis());
  }

  /** Whether a commit is durable that the tasks have not been told of. */
  boolean haveNews() {
    return durable > told;
  }

  /** The batch whose commit was the last to become durable; 0 if there was none. */
  long durable() {
    return durable;
  }

  /** What bounds batches because one has failed. */
  BatchSummary.Retries retries() {
    return retries;
  }

  /** How long it takes until a commit is due; {@link Long#MAX_VALUE} if none is needed. */
  long untilDueNanos(long nowNanos) {
    return uncommitted && committer.isIdle() ? untilDueNanos(nowNanos, false) : Long.MAX_VALUE;
  }

  private long untilDueNanos(long nowNanos, boolean changes) {
    return (changed || changes ? intervalNanos : idleNanos) - (nowNanos - lastNanos);
  }

  /**
   * Decides how long a batch that begins now may read, and whether a commit comes behind it. A
   * batch is to end when a commit is due.
   *
   * @param nowNanos when it begins
   * @param readNanos how long it may read if no commit is due
   * @param lastBatchNanos how long the last one took
   * @param changes whether it is known to change more than times
   * @param wanted whether a commit is wanted whatever the time
   */
  Share share(long nowNanos, long readNanos, long lastBatchNanos, boolean changes, boolean wanted) {
    if (!committer.isIdle()) {
      return new Share(readNanos, false);
    }
    long untilDue = untilDueNanos(nowNanos, changes);
    long read = Math.min(readNanos, Math.max(ReadBudget.LEAST, untilDue));
    return new Share(read, wanted || untilDue <= Math.max(read, lastBatchNanos));
  }

  /** What of each task the next commit captures as a whole; null if nothing is captured. */
  @Nullable CaptureScopes scopes(Plan plan) {
    return committer.scopes(plan);
  }

  /**
   * A batch has run.
   *
   * @param knows the durable commit that its header told the tasks of
   * @param records how many records it read
   * @param changes whether it has changed more than times
   */
  void batch(long knows, long records, boolean changes) {
    told = knows;
    uncommitted = true;
    changed |= changes;
    backlog.batch(records);
  }

  /**
   * Begins a commit behind the last batch.
   *
   * @param point where the loop stands
   * @param captured what every task has captured; null if nothing was to be
   * @param nowNanos the time
   */
  void commit(CommitPoint point, @Nullable CapturedCommit captured, long nowNanos) {
    lastNanos = nowNanos;
    uncommitted = false;
    changed = false;
    backlog.commit();
    committer.begin(point, captured);
  }

  /** What the last durable commit of this process has cost; null if there is none. */
  @Nullable CommitStats last() {
    return committer.last();
  }

  /**
   * Where commits stand.
   *
   * @param captured whether the last batch was followed by one
   */
  BatchSummary.Commit summary(boolean captured) {
    return new BatchSummary.Commit(captured, durable, committer.failingMillis(), committer.last());
  }
}
