package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.monitor.CommitTrouble;
import dev.microbatch.executor.plan.Plan;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Makes commits, one at a time, while the loop continues.
 *
 * <p>Called by the loop's thread only.
 */
interface Committer extends AutoCloseable {

  /**
   * Everything has been started, and the first batch comes next: from now on nobody else commits.
   *
   * @throws RuntimeException if that cannot be
   */
  default void start() {}

  /** Whether another commit can begin. */
  boolean isIdle();

  /**
   * What of each task the next commit captures as a whole; null if nothing is captured. To be asked
   * before the commit batch, when another commit can begin.
   *
   * @param plan the plan
   */
  default @Nullable CaptureScopes scopes(Plan plan) {
    return null;
  }

  /**
   * Begins a commit.
   *
   * @param point where the loop stands
   * @param captured what every task has captured; null if nothing was to be
   */
  void begin(CommitPoint point, @Nullable CapturedCommit captured);

  /**
   * The commit that has become durable since the last call, or null.
   *
   * @throws RuntimeException if a commit cannot be made
   */
  @Nullable CommitPoint poll();

  /** What the last durable commit has cost; null if there is none, or if none is written. */
  default @Nullable CommitStats last() {
    return null;
  }

  /**
   * For how long the commit in flight has been failing and is tried again, in milliseconds; -1 if
   * there is none or it has not failed.
   */
  default long failingMillis() {
    return -1;
  }

  /** What is known of the commit that cannot be written; null if there is none. By any thread. */
  default @Nullable CommitTrouble trouble() {
    return null;
  }

  /**
   * Says that the pipeline is to stop: a commit that fails is tried again at once, and then for a
   * few seconds only. May be called more than once.
   */
  default void hurry() {}

  /**
   * Waits for an attempt to write a commit, if there is one, and lets go of everything. One that
   * fails is not tried again.
   */
  @Override
  void close();

  /** Commits of a pipeline that keeps nothing beyond its process. */
  static Committer inMemory() {
    return new Committer() {
      private @Nullable CommitPoint last;

      @Override
      public boolean isIdle() {
        return true;
      }

      @Override
      public void begin(CommitPoint point, @Nullable CapturedCommit captured) {
        last = point;
      }

      @Override
      public @Nullable CommitPoint poll() {
        CommitPoint durable = last;
        last = null;
        return durable;
      }

      @Override
      public void close() {}
    };
  }
}
