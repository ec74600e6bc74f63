package dev.microbatch.executor.monitor;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;

/**
 * What the tasks of a pipeline have done in all of its batches in this process. Never goes back:
 * what a batch did that a rollback has undone was done all the same, and is done again.
 *
 * <p>Written by the loop's thread. Others get copies, which nobody changes.
 */
public final class Totals {

  private static final int RECORDS = 0;
  private static final int BLOCKS = 1;
  private static final int BUSY = 2;
  private static final int STARVED = 3;
  private static final int BLOCKED = 4;
  private static final int DROPPED = 5;
  private static final int FIGURES = 6;

  private final int stages;
  private final int partitions;

  /** By stage, partition and figure. */
  private final long[] tasks;

  /** By exchange. */
  private final long[] sent;

  /** By stage, the exchanges that leave it, in the order of their ids; never changed. */
  private final int[][] leaving;

  private final long nanos;

  private Totals(
      int stages, int partitions, long[] tasks, long[] sent, int[][] leaving, long nanos) {
    this.stages = stages;
    this.partitions = partitions;
    this.tasks = tasks;
    this.sent = sent;
    this.leaving = leaving;
    this.nanos = nanos;
  }

  /**
   * Nothing has been done.
   *
   * @param plan what is run
   * @param partitions how many there are
   * @param nanos when, by the monotone clock
   */
  static Totals none(Plan plan, int partitions, long nanos) {
    int stages = plan.stages().size();
    int[][] leaving = new int[stages][];
    for (int stage = 0; stage < stages; stage++) {
      int from = stage;
      leaving[stage] =
          plan.exchanges().stream()
              .filter(exchange -> exchange.fromStage() == from)
              .mapToInt(exchange -> exchange.id())
              .toArray();
    }
    return new Totals(
        stages,
        partitions,
        new long[stages * partitions * FIGURES],
        new long[plan.exchanges().size()],
        leaving,
        nanos);
  }

  /** The same, with room for so many partitions at least. */
  Totals withPartitions(int atLeast) {
    if (atLeast <= partitions) {
      return this;
    }
    long[] more = new long[stages * atLeast * FIGURES];
    for (int stage = 0; stage < stages; stage++) {
      System.arraycopy(
          tasks,
          stage * partitions * FIGURES,
          more,
          stage * atLeast * FIGURES,
          partitions * FIGURES);
    }
    return new Totals(stages, atLeast, more, sent, leaving, nanos);
  }

  /** A copy as of a moment of the monotone clock. */
  Totals copy(long atNanos) {
    return new Totals(stages, partitions, tasks.clone(), sent.clone(), leaving, atNanos);
  }

  /** Adds what a task did in a batch. */
  void add(StageReport report) {
    TaskFigures figures = report.figures();
    int at = at(report.stage(), report.partition());
    tasks[at + RECORDS] += report.recordsIn();
    tasks[at + BLOCKS] += figures.blocksIn();
    tasks[at + BUSY] += figures.busyNanos();
    tasks[at + STARVED] += figures.starvedNanos();
    tasks[at + BLOCKED] += figures.blockedNanos();
    tasks[at + DROPPED] += report.lateDrops();
    int[] exchanges = leaving[report.stage()];
    long[] more = figures.sent();
    for (int i = 0; i < more.length; i++) {
      sent[exchanges[i]] += more[i];
    }
  }

  private int at(int stage, int partition) {
    return (stage * partitions + partition) * FIGURES;
  }

  /** When these were the totals, by the monotone clock. */
  public long nanos() {
    return nanos;
  }

  /** How many partitions there have been at most. */
  public int partitions() {
    return partitions;
  }

  /** What one partition of a stage has done. */
  public Work task(int stage, int partition) {
    int at = at(stage, partition);
    return new Work(
        tasks[at + RECORDS],
        tasks[at + BLOCKS],
        tasks[at + BUSY],
        tasks[at + STARVED],
        tasks[at + BLOCKED],
        tasks[at + DROPPED]);
  }

  /** What a stage has done in all partitions. */
  public Work stage(int stage) {
    Work sum = Work.NONE;
    for (int partition = 0; partition < partitions; partition++) {
      sum = sum.plus(task(stage, partition));
    }
    return sum;
  }

  /** How many records have been handed over to an exchange, once for each partition they go to. */
  public long sent(int exchange) {
    return sent[exchange];
  }
}
