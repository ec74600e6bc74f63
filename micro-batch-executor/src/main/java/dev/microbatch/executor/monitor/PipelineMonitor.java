package dev.microbatch.executor.monitor;

import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
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

  /** Over which time shares and rates are given, and in how many steps it moves. */
  private static final long RECENT_NANOS = Clock.toNanos(1_000);

  private static final int RECENT_STEPS = 10;
  private static final int KEPT_BATCHES = 512;
  private static final int KEPT_COMMITS = 200;
  private static final int KEPT_EVENTS = 200;

  /** A batch that took so long is kept in any case; of others one in so long a time. */
  private static final long SLOW_NANOS = Clock.toNanos(100);

  private final Plan plan;
  private final Clock clock;
  private final Ring<BatchRecord> batches = new Ring<>(KEPT_BATCHES);
  private final Ring<CommitRecord> commits = new Ring<>(KEPT_COMMITS);
  private final Ring<Event> events = new Ring<>(KEPT_EVENTS);
  private final Deque<Totals> earlier = new ArrayDeque<>();
  private final TaskStanding standing;

  private Snapshot.Phase phase = Snapshot.Phase.STARTING;
  private long sinceNanos;
  private Totals totals;
  private long ran;
  private @Nullable BatchRecord last;
  private long keptNanos;
  private boolean draining;
  private @Nullable CommitRecord commit;
  private @Nullable Retry retry;
  private @Nullable CommitTrouble outage;
  private @Nullable String end;
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
    this.sinceNanos = clock.nanos();
    this.keptNanos = sinceNanos;
    this.totals = Totals.none(plan, 1, sinceNanos);
    this.earlier.add(totals.copy(sinceNanos));
    this.standing = new TaskStanding(plan, clock);
    publish(sinceNanos);
  }

  /** The stages are about to be opened, with so many partitions. */
  public void starts(int parallelism) {
    totals = totals.withPartitions(parallelism);
    standing.starts(parallelism);
    outage = null;
    turnTo(Snapshot.Phase.STARTING);
  }

  /** The stages are open, and stand here. */
  public void stands(List<StageReport> reports, long fromCommit) {
    standing.take(reports, clock.nanos());
    event(
        Event.Kind.STARTED,
        fromCommit == 0 ? "Begins at the beginning" : "Resumes from commit " + fromCommit,
        null);
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
    ran++;
    last = batch;
    draining = drains;
    for (int i = 0; i < reports.size(); i++) {
      totals.add(reports.get(i));
    }
    standing.take(reports, now);
    standing.behind(hasMore, batch, now);
    if (batch.ranNanos() >= SLOW_NANOS || now - keptNanos >= SLOW_NANOS) {
      keptNanos = now;
      batches.add(batch);
    }
    if (now - earlier.getLast().nanos() >= RECENT_NANOS) {
      earlier.add(totals.copy(now));
      if (earlier.size() > RECENT_STEPS + 1) {
        earlier.remove();
      }
    }
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
    commit = new CommitRecord(number, clock.millis(), clock.nanos(), stats);
    commits.add(commit);
    changed = true;
  }

  /**
   * A batch has failed, and is run again behind a pause.
   *
   * @param failed what is known of it
   * @param thrown what was thrown
   */
  public void failed(Retry failed, Throwable thrown) {
    retry = failed;
    running = null;
    event(Event.Kind.RETRY, "Step " + failed.step() + " failed: " + failed.cause(), thrown);
    turnTo(Snapshot.Phase.PAUSED);
  }

  /** What failed has passed. */
  public void passed() {
    if (retry != null) {
      event(Event.Kind.PASSED, "What failed in step " + retry.step() + " has passed", null);
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
    event(Event.Kind.OUTAGE, trouble.what() + " failed: " + trouble.message(), thrown);
    turnTo(Snapshot.Phase.PAUSED);
  }

  /**
   * Nothing happens any more.
   *
   * @param how how it has ended, as a sentence without its subject, such as "is done"
   * @param thrown why, if it has failed
   */
  public void ended(String how, @Nullable Throwable thrown) {
    end = how;
    running = null;
    event(Event.Kind.ENDED, how, thrown);
    turnTo(Snapshot.Phase.ENDED);
  }

  private void event(Event.Kind kind, String text, @Nullable Throwable thrown) {
    events.add(new Event(clock.millis(), kind, text, thrown));
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
            new Snapshot.Done(ran, last, totals.copy(now), earlier.getFirst()),
            standing.copy(),
            draining,
            commit,
            retry,
            outage,
            end);
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
    return commits.list();
  }

  /** What has happened lately. May be called by any thread. */
  public List<Event> events() {
    return events.list();
  }
}
