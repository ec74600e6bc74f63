package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Says in a sentence what a pipeline waits for. A pure function of a snapshot and a look at what
 * runs now: it keeps nothing, and asks nobody.
 *
 * <p>Of several reasons the first of these is given: user code that does not return; a commit that
 * cannot be written; a batch that fails; something that holds the watermark; sources that have more
 * than can be taken; what comes next.
 */
public final class Explainer {

  /** For how long the engine may work at a time before user code is looked for, in nanoseconds. */
  public static final long STUCK_NANOS = Clock.toNanos(5_000);

  /** For how long something has to last before it is a reason, in nanoseconds. */
  static final long LASTS_NANOS = Clock.toNanos(10_000);

  private final Plan plan;
  private final Snapshot snapshot;
  private final Live live;

  private Explainer(Plan plan, Snapshot snapshot, Live live) {
    this.plan = plan;
    this.snapshot = snapshot;
    this.live = live;
  }

  /**
   * Explains.
   *
   * @param plan what is run
   * @param snapshot the pipeline as it was behind a batch
   * @param live what has been seen since
   */
  public static Explanation explain(Plan plan, Snapshot snapshot, Live live) {
    return new Explainer(plan, snapshot, live).explain();
  }

  /**
   * Explains without what exceptions say, which may contain data: only their classes are named.
   *
   * @param plan what is run
   * @param snapshot the pipeline as it was behind a batch
   * @param live what has been seen since
   */
  public static Explanation explainDiscreetly(Plan plan, Snapshot snapshot, Live live) {
    return explain(plan, snapshot.withoutMessages(), live.withoutMessages());
  }

  private Explanation explain() {
    return switch (snapshot.phase()) {
      case ENDED -> Explanation.of(Cause.ENDED, plan.name() + " " + snapshot.end().text() + ".");
      case PAUSED ->
          snapshot.outage() != null ? outage(snapshot.outage()) : retrying(snapshot.retry());
      case STARTING -> starting();
      case RUNNING -> running();
    };
  }

  private Explanation starting() {
    UserCode.Place place = UserCode.find(plan, live.activities());
    return new Explanation(
        Cause.STARTING,
        "Starts: stages are restored and opened, for "
            + Text.duration(live.nowNanos() - snapshot.sinceNanos())
            + " so far"
            + (place == null ? "." : ". " + describe(place)),
        place == null ? null : place.step(),
        place == null ? -1 : place.partition(),
        List.of());
  }

  private static String describe(UserCode.Place place) {
    return "Partition "
        + place.partition()
        + " is in step "
        + place.step()
        + ", at "
        + place.frame()
        + ".";
  }

  private Explanation running() {
    Explanation stuck = stuck();
    if (stuck != null) {
      return stuck;
    }
    if (live.commitTrouble() != null) {
      return outage(live.commitTrouble());
    }
    if (snapshot.retry() != null) {
      return retrying(snapshot.retry());
    }
    Explanation reason = new Reason(plan, snapshot, live).find();
    return live.drainAsked() || snapshot.draining() ? draining(reason) : reason;
  }

  private Explanation draining(Explanation reason) {
    return new Explanation(
        Cause.DRAINING,
        "Is being drained: nothing is read any more. " + reason.sentence(),
        reason.step(),
        reason.partition(),
        reason.chain());
  }

  private @Nullable Explanation stuck() {
    PipelineMonitor.Running running = live.running();
    if (running == null || live.nowNanos() - running.sinceNanos() < STUCK_NANOS) {
      return null;
    }
    String since = Text.duration(live.nowNanos() - running.sinceNanos());
    String what =
        running.batch() > 0
            ? "Batch " + running.batch() + " has been running for " + since
            : "Sources have been asked for records for " + since + " and do not answer";
    UserCode.Place place = UserCode.find(plan, live.activities());
    if (place == null) {
      return Explanation.of(Cause.USER_CODE, what + ".");
    }
    return new Explanation(
        Cause.USER_CODE, what + ". " + describe(place), place.step(), place.partition(), List.of());
  }

  private Explanation outage(CommitTrouble trouble) {
    return Explanation.of(
        Cause.OUTAGE,
        trouble.what()
            + " has been failing for "
            + Text.duration(live.nowNanos() - trouble.sinceNanos())
            + ", "
            + trouble.attempts()
            + (trouble.attempts() == 1 ? " time" : " times")
            + " ("
            + trouble.message()
            + "). It is tried for up to "
            + Text.millis(trouble.maxMillis())
            + "; then the pipeline fails.");
  }

  private Explanation retrying(Retry retry) {
    long rest = retry.againNanos() - live.nowNanos();
    return new Explanation(
        Cause.RETRYING,
        "Step "
            + retry.step()
            + " has failed"
            + (retry.failures() == 1 ? "" : " " + retry.failures() + " times in a row")
            + ": "
            + retry.cause()
            + ". It is run again from commit "
            + retry.commit()
            + (snapshot.phase() == Snapshot.Phase.PAUSED && rest > 0
                ? " in " + Text.duration(rest)
                : "")
            + " with at most "
            + Text.records(retry.maxRecords())
            + " in a batch, retry "
            + retry.failures()
            + " of "
            + retry.most()
            + ".",
        retry.step(),
        -1,
        List.of());
  }
}
