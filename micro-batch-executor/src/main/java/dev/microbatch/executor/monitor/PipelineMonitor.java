package dev.microbatch.executor.monitor;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one execution of a pipeline tells of itself, in all of its epochs. Counters begin at 0 and
 * never go back, also when the pipeline does.
 *
 * <h2>Threads</h2>
 *
 * The thread that drives the pipeline writes. Any thread reads: a {@link Snapshot} is published by
 * one volatile write, at most ten times a second, and whenever the loop is about to wait. So a
 * batch costs sums, and whoever looks is late by a tenth of a second at most while batches run.
 */
public final class PipelineMonitor {

  private static final long PUBLISH_NANOS = Clock.toNanos(100);

  private final Plan plan;
  private final Clock clock;
  private final BatchHistory batches;
  private final CommitHistory commits;
  private final EventLog events;
  private final TaskStanding standing;

  private Snapshot.Phase phase = Snapshot.Phase.STARTING;
  private long sinceNanos;
  private boolean draining;
  private @Nullable Retry retry;
  private @Nullable CommitTrouble outage;
  private @Nullable Ending end;
  private long retries;
  private boolean changed;
  private long publishedNanos;

  private volatile Snapshot snapshot;
  private volatile @Nullable Running running;

  /**
   * The engine is at work.
   *
   * @param batch the batch that runs; 0 if none does: stages are opened, or sources are asked
   * @param sinceNanos since when, by the monotone clock
   */
  public record Running(long batch, long sinceNanos) {}

  /**
   * Creates it; nothing has happened.
   *
   * @param plan what is run
   * @param clock measures durations, and says when things happen
   */
  public PipelineMonitor(Plan plan, Clock clock) {
    this.plan = plan;
    this.clock = clock;
    this.commits = new CommitHistory(clock);
    this.events = new EventLog(clock);
    this.sinceNanos = clock.nanos();
    this.batches = new BatchHistory(plan, sinceNanos);
    this.standing = new TaskStanding(plan, clock);
    publish(sinceNanos);
  }

  /** The stages are about to be opened, with so many partitions. */
  public void starts(int parallelism) {
    batches.starts(parallelism);
    standing.starts(parallelism);
    commits.starts();
    outage = null;
    turnTo(Snapshot.Phase.STARTING);
  }

  /**
   * The stages are open, and stand here.
   *
   * @param reports where they stand
   * @param fromCommit the commit that they were restored from; 0 if there is none
   */
  public void stands(List<StageReport> reports, long fromCommit) {
    long now = clock.nanos();
    standing.take(reports, now);
    if (fromCommit > 0) {
      commits.restored(
          new RestoreRecord(clock.millis(), fromCommit, now - sinceNanos, retry != null));
    }
    events.add(
        Event.Kind.STARTED,
        fromCommit == 0 ? "Begins at the beginning" : "Resumes from commit " + fromCommit);
    turnTo(Snapshot.Phase.RUNNING);
  }

  /**
   * The engine begins to work.
   *
   * @param batch the batch; 0 if it is none
   */
  public void enters(long batch) {
    running = new Running(batch, clock.nanos());
  }

  /** The engine has done its work. */
  public void leaves() {
    running = null;
  }

  /**
   * A batch is over.
   *
   * @param batch what it did
   * @param reports where it has left the tasks
   * @param hasMore whether a source has more to read at once
   * @param drains whether the pipeline is drained
   */
  public void batch(BatchRecord batch, List<StageReport> reports, boolean hasMore, boolean drains) {
    long now = clock.nanos();
    batches.add(batch, reports, now);
    if (batch.commit()) {
      commits.begins(batch.number(), batch.capturedNanos());
    }
    draining = drains;
    standing.take(reports, now);
    standing.behind(hasMore, batch, now);
    changed = true;
    if (now - publishedNanos >= PUBLISH_NANOS) {
      publish(now);
    }
  }

  /** The loop is about to wait: whoever looks now is to see the last batch. */
  public void waits() {
    if (changed) {
      publish(clock.nanos());
    }
  }

  /**
   * A commit has become durable.
   *
   * @param number its number
   * @param stats what it has cost; null if nothing is written
   */
  public void committed(long number, @Nullable CommitStats stats) {
    CommitInFlight before = commits.inFlight();
    if (before != null && before.trouble() != null) {
      events.add(Event.Kind.PASSED, before.trouble().what() + " has succeeded");
    }
    commits.committed(number, stats);
    changed = true;
  }

  /** An attempt to write a commit has failed; it is tried again. */
  public void commitFails(CommitTrouble trouble) {
    commits.fails(trouble);
    events.add(
        Event.Kind.COMMIT_FAILED,
        trouble.what() + " has failed, attempt " + trouble.attempts(),
        trouble.message(),
        null);
    publish(clock.nanos());
  }

  /**
   * Somebody has asked something of the pipeline. May be called by any thread.
   *
   * @param what what was asked, as a sentence
   */
  public void asked(String what) {
    events.add(Event.Kind.ASKED, what);
  }

  /**
   * A batch has failed, and is run again behind a pause.
   *
   * @param failed what is known of it
   * @param thrown what was thrown
   */
  public void failed(Retry failed, Throwable thrown) {
    retry = failed;
    retries++;
    running = null;
    events.add(Event.Kind.RETRY, "Step " + failed.step() + " failed", failed.cause(), thrown);
    turnTo(Snapshot.Phase.PAUSED);
  }

  /** What failed has passed. */
  public void passed() {
    if (retry != null) {
      events.add(Event.Kind.PASSED, "What failed in step " + retry.step() + " has passed");
      retry = null;
      changed = true;
    }
  }

  /**
   * The pipeline cannot go back to its last commit yet.
   *
   * @param trouble what is known of it
   * @param thrown what was thrown
   */
  public void unavailable(CommitTrouble trouble, Throwable thrown) {
    outage = trouble;
    running = null;
    events.add(Event.Kind.OUTAGE, trouble.what() + " failed", trouble.message(), thrown);
    turnTo(Snapshot.Phase.PAUSED);
  }

  /**
   * Nothing happens any more.
   *
   * @param how how it has ended
   * @param thrown why, if it has failed
   */
  public void ended(Outcome how, @Nullable Throwable thrown) {
    String message = thrown == null ? null : String.valueOf(thrown.getMessage());
    end = new Ending(how, clock.millis(), message);
    running = null;
    if (thrown instanceof CheckpointException) {
      commits.lost();
    }
    events.add(Event.Kind.ENDED, how.text(), message, thrown);
    turnTo(Snapshot.Phase.ENDED);
  }

  private void turnTo(Snapshot.Phase next) {
    phase = next;
    sinceNanos = clock.nanos();
    publish(sinceNanos);
  }

  private void publish(long now) {
    changed = false;
    publishedNanos = now;
    snapshot =
        new Snapshot(
            phase,
            sinceNanos,
            standing.parallelism(),
            batches.copy(now),
            standing.copy(),
            draining,
            commits.last(),
            retry,
            outage,
            end,
            commits.inFlight(),
            commits.counters(retries));
  }

  /** What is run. */
  public Plan plan() {
    return plan;
  }

  /** The pipeline as it was a moment ago. May be called by any thread. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** What the engine is working on; null if it is not. May be called by any thread. */
  public @Nullable Running running() {
    return running;
  }

  /** The last batches, the slow ones and some of the others. May be called by any thread. */
  public List<BatchRecord> batches() {
    return batches.list();
  }

  /** The last commits. May be called by any thread. */
  public List<CommitRecord> commits() {
    return commits.commits();
  }

  /** When it has resumed lately. May be called by any thread. */
  public List<RestoreRecord> restores() {
    return commits.restores();
  }

  /** What has happened lately. May be called by any thread. */
  public List<Event> events() {
    return events.list();
  }
}
