package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What batches have done: sums, those of about ten seconds ago, and some batches as they were.
 *
 * <p>Written by the loop's thread; the list may be asked for by any.
 */
final class BatchHistory {

  /** Over which time shares and rates are given, and in how many steps it moves. */
  private static final long RECENT_NANOS = Clock.toNanos(1_000);

  private static final int RECENT_STEPS = 10;
  private static final int KEPT = 512;

  /** A batch that took so long is kept in any case; of others one in so long a time. */
  private static final long SLOW_NANOS = Clock.toNanos(100);

  private final int stages;
  private final Ring<BatchRecord> kept = new Ring<>(KEPT);
  private final Deque<Totals> earlier = new ArrayDeque<>();
  private final BatchTimes times = new BatchTimes();
  private Totals totals;
  private long ran;
  private @Nullable BatchRecord last;
  private long keptNanos;

  /**
   * Creates an empty one.
   *
   * @param plan what is run
   * @param nowNanos when, by the monotone clock
   */
  BatchHistory(Plan plan, long nowNanos) {
    this.stages = plan.stages().size();
    this.keptNanos = nowNanos;
    this.totals = Totals.none(plan, 1, nowNanos);
    this.earlier.add(totals.copy(nowNanos));
  }

  /** The stages are about to be opened, with so many partitions. */
  void starts(int parallelism) {
    totals = totals.withPartitions(parallelism);
  }

  /** A batch is over. */
  void add(BatchRecord batch, List<StageReport> reports, long nowNanos) {
    ran++;
    last = batch;
    times.add(batch.ranNanos());
    for (int i = 0; i < reports.size(); i++) {
      totals.add(reports.get(i));
    }
    if (batch.ranNanos() >= SLOW_NANOS || nowNanos - keptNanos >= SLOW_NANOS) {
      keptNanos = nowNanos;
      kept.add(batch.withSlowestStage(slowestStage(reports)));
    }
    if (nowNanos - earlier.getLast().nanos() >= RECENT_NANOS) {
      earlier.add(totals.copy(nowNanos));
      if (earlier.size() > RECENT_STEPS + 1) {
        earlier.remove();
      }
    }
  }

  private int slowestStage(List<StageReport> reports) {
    long[] busy = new long[stages];
    for (int i = 0; i < reports.size(); i++) {
      busy[reports.get(i).stage()] += reports.get(i).figures().busyNanos();
    }
    int slowest = 0;
    for (int stage = 1; stage < stages; stage++) {
      if (busy[stage] > busy[slowest]) {
        slowest = stage;
      }
    }
    return slowest;
  }

  Snapshot.Done copy(long nowNanos) {
    return new Snapshot.Done(ran, last, times.copy(), totals.copy(nowNanos), earlier.getFirst());
  }

  /** Some of the last batches, the oldest first. May be called by any thread. */
  List<BatchRecord> list() {
    return kept.list();
  }
}
