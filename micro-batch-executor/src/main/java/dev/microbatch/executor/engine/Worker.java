package dev.microbatch.executor.engine;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.BlockSink;
import dev.microbatch.executor.stage.Closing;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.RestoredStages;
import dev.microbatch.executor.stage.StageClock;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageProgram;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs every stage in one partition. Full blocks for its own partition are absorbed at once, on the
 * same stack: that way a record is still warm when the next stage sees it, and nothing is queued.
 * What is left at the end of a stage waits for the turn of the stage that it is for.
 *
 * <p>All methods but {@link #drop} and {@link #leaveBehind} run on the worker's thread.
 */
final class Worker implements BlockSink {

  private final Plan plan;
  private final int partition;
  private final int parallelism;
  private final Switchboard switchboard;
  private final StageClock clock;
  private final List<Closing> closings = new ArrayList<>();
  private final Runnable closer = this::close;
  private List<StageProgram> programs = new ArrayList<>();
  private final List<List<Exchange>> outgoing = new ArrayList<>();

  /** What is left of this partition's own records for each stage. */
  private List<Deque<Switchboard.Records>> rests = new ArrayList<>();

  private List<TaskSnapshot> captured = new ArrayList<>();

  /** The innermost stage that this worker is in; read by others when it does not return. */
  private int stageInProgress;

  private volatile boolean leftBehind;

  /**
   * Builds the programs of a partition.
   *
   * @param metrics takes what they count in
   */
  Worker(
      Plan plan,
      int partition,
      StageEnvironment environment,
      Switchboard switchboard,
      List<StageMetrics> metrics) {
    this.plan = plan;
    this.partition = partition;
    this.parallelism = environment.parallelism();
    this.switchboard = switchboard;
    this.clock = new StageClock(environment.clock());
    for (Stage stage : plan.stages()) {
      StageProgram program = new StageProgram(plan, stage, partition, environment, clock, this);
      programs.add(program);
      closings.add(program.closing());
      metrics.add(program.metrics());
      outgoing.add(outgoing(stage));
      rests.add(new ArrayDeque<>());
    }
  }

  private List<Exchange> outgoing(Stage stage) {
    List<Exchange> exchanges = new ArrayList<>();
    for (Step step : stage.steps()) {
      for (Output output : step.outputs()) {
        for (Target target : output.targets()) {
          if (target instanceof Target.ToExchange to) {
            exchanges.add(plan.exchanges().get(to.exchange()));
          }
        }
      }
    }
    return exchanges;
  }

  /** The stage that it is in, or was in last. */
  Stage stage() {
    return stage(stageInProgress);
  }

  private Stage stage(int stage) {
    return plan.stages().get(stage);
  }

  /** Closes it: made before there is a failure, which may leave no memory for it. */
  Runnable closer() {
    return closer;
  }

  /** Restores and opens every stage, and says where each stands. */
  List<StageReport> open(@Nullable RestoredStages from) {
    List<StageReport> reports = new ArrayList<>(programs.size());
    for (StageProgram program : programs) {
      stageInProgress = reports.size();
      if (from != null) {
        program.restore(from);
      }
      program.open();
      reports.add(program.report());
    }
    return reports;
  }

  /** Runs a batch; each stage captures what it keeps as soon as it has finished, if it is to. */
  List<StageReport> run(BatchHeader header, @Nullable CaptureScopes capture) {
    for (StageProgram program : programs) {
      program.begin(header);
    }
    List<StageReport> reports = new ArrayList<>(programs.size());
    for (int stage = 0; stage < programs.size(); stage++) {
      StageProgram program = programs.get(stage);
      stageInProgress = stage;
      program.beginTurn();
      while (!rests.get(stage).isEmpty()) {
        deliver(rests.get(stage).remove());
      }
      if (program.awaitsEnds()) {
        awaitEnds(program, stage);
      }
      StageReport report = program.complete();
      reports.add(report);
      sendEnds(stage, report);
      if (capture != null) {
        captured.add(program.freeze(header.number(), capture.of(stage, partition)));
      }
    }
    clock.stop();
    return reports;
  }

  private void awaitEnds(StageProgram program, int stage) {
    clock.worked();
    while (program.awaitsEnds()) {
      Switchboard.Item item = switchboard.take(partition, stage);
      clock.starved();
      deliver(item);
      if (item instanceof Switchboard.Records) {
        clock.worked();
      }
    }
  }

  /** Asks sources for records, between two batches. */
  List<PollReport> poll(Poll poll) {
    List<PollReport> reports = new ArrayList<>();
    BitSet stages = poll.stages();
    for (int stage = stages.nextSetBit(0); stage >= 0; stage = stages.nextSetBit(stage + 1)) {
      if (poll.shares().of(stage, partition) > 0) {
        stageInProgress = stage;
        reports.add(programs.get(stage).poll());
      }
    }
    return reports;
  }

  private void sendEnds(int stage, StageReport report) {
    for (Exchange exchange : outgoing.get(stage)) {
      if (exchange.kind() == Exchange.Kind.FORWARD) {
        ended(new Switchboard.End(exchange.id(), partition, report.times()));
      } else {
        Switchboard.End end = new Switchboard.End(exchange.id(), partition, report.times());
        for (int target = 0; target < parallelism; target++) {
          if (target == partition) {
            ended(end);
          } else {
            switchboard.put(target, exchange.toStage(), end);
          }
        }
      }
    }
  }

  @Override
  public void send(int exchange, int targetPartition, Block block, boolean rest) {
    int stage = plan.exchanges().get(exchange).toStage();
    Switchboard.Records records = new Switchboard.Records(exchange, block, rest);
    if (targetPartition == partition) {
      if (rest) {
        rests.get(stage).add(records);
      } else {
        deliver(records);
      }
      return;
    }
    for (; ; ) {
      clock.worked();
      Switchboard.Item other =
          switchboard.putOrTake(partition, stageInProgress + 1, targetPartition, stage, records);
      clock.blocked();
      if (other == null) {
        return;
      }
      deliver(other);
    }
  }

  private void deliver(Switchboard.Item item) {
    if (item instanceof Switchboard.Records records) {
      absorb(records.exchange(), records.block());
    } else if (item instanceof Switchboard.End end) {
      ended(end);
    }
  }

  private void absorb(int exchange, Block block) {
    int outer = stageInProgress;
    int stage = plan.exchanges().get(exchange).toStage();
    stageInProgress = stage;
    try {
      programs.get(stage).absorb(exchange, block);
    } catch (VirtualMachineError e) {
      StepThread.failed(stage(stage).head().name(), e);
      throw e;
    } finally {
      stageInProgress = outer;
    }
  }

  private void ended(Switchboard.End end) {
    int stage = plan.exchanges().get(end.exchange()).toStage();
    programs.get(stage).ended(end.exchange(), end.upstreamPartition(), end.times());
  }

  /** What the stages have captured in the last batch. */
  List<TaskSnapshot> takeCaptured() {
    List<TaskSnapshot> taken = captured;
    captured = new ArrayList<>();
    return taken;
  }

  /** Acknowledges what a commit has made safe. */
  void acknowledge(long commit) {
    for (StageProgram program : programs) {
      program.acknowledge(commit);
    }
  }

  /**
   * Lets go of everything that the stages keep, but of what has to be closed: no batch will run any
   * more. Needs no memory. Called by the worker's thread, or while that is idle. Idempotent.
   */
  void drop() {
    programs = List.of();
    rests = List.of();
    captured = List.of();
  }

  /** Says that nobody waits for it any more: it has to close itself. */
  void leaveBehind() {
    leftBehind = true;
  }

  /** Whether nobody waits for it any more. */
  boolean isLeftBehind() {
    return leftBehind;
  }

  /** Closes every stage. Does not throw. */
  void close() {
    drop();
    for (int stage = 0; stage < closings.size(); stage++) {
      stageInProgress = stage;
      closings.get(stage).close();
    }
  }
}
