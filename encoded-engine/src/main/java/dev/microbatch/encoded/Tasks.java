package dev.microbatch.encoded;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.BlockCodec;
import dev.microbatch.executor.checkpoint.AttachedStore;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.BatchInterruptedException;
import dev.microbatch.executor.engine.StoredStages;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.stage.Closing;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageClock;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageProgram;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import dev.microbatch.executor.stage.Times;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;

/**
 * The stages of a plan in the partitions of one worker. Partitions take turns within a stage; a
 * full block for one of them is decoded and absorbed at once, on the same stack, and one for a
 * partition elsewhere goes over the network.
 *
 * <p>All methods run on the worker's thread, except that user code may send from threads of its
 * own.
 */
final class Tasks {

  private final Plan plan;
  private final int worker;
  private final int parallelism;
  private final Network network;
  private final StageClock clock;
  private final Thread thread = Thread.currentThread();
  private final List<BlockCodec> codecs = new ArrayList<>();
  private final List<Integer> partitions = new ArrayList<>();

  /** By partition and stage; empty where another worker has the partition. */
  private final List<List<StageProgram>> programs = new ArrayList<>();

  private final List<Closing> closings = new ArrayList<>();
  private final List<StageMetrics> metrics = new ArrayList<>();

  /** By stage, what waits for its turn. */
  private final List<Deque<Frame>> waiting = new ArrayList<>();

  /**
   * Builds the programs.
   *
   * @param plan the plan
   * @param environment what they are given
   * @param worker whose partitions they are for
   * @param network brings frames to other workers
   */
  Tasks(Plan plan, StageEnvironment environment, int worker, Network network) {
    this.plan = plan;
    this.worker = worker;
    this.parallelism = environment.parallelism();
    this.network = network;
    this.clock = new StageClock(environment.clock());
    for (Exchange exchange : plan.exchanges()) {
      codecs.add(
          new BlockCodec(
              exchange.name(), exchange.coder(), exchange.windowCoder(), exchange.keyCoder()));
    }
    for (int partition = 0; partition < parallelism; partition++) {
      List<StageProgram> here = new ArrayList<>();
      if (network.workerOf(partition) == worker) {
        partitions.add(partition);
        for (Stage stage : plan.stages()) {
          here.add(program(stage, partition, environment));
        }
      }
      programs.add(here);
    }
    plan.stages().forEach(stage -> waiting.add(new ArrayDeque<>()));
  }

  private StageProgram program(Stage stage, int partition, StageEnvironment environment) {
    StageProgram program =
        new StageProgram(
            plan,
            stage,
            partition,
            environment,
            clock,
            (exchange, target, block, rest) -> send(exchange, partition, target, block, rest));
    closings.add(program.closing());
    metrics.add(program.metrics());
    return program;
  }

  /** What the tasks have counted until now. */
  List<MetricsContainerStepMap> metrics() {
    return metrics.stream().map(StageMetrics::copy).toList();
  }

  /** Restores every stage, reading the files itself. */
  void restore(TaskChains from) {
    boolean rescaled = from.parallelism() != parallelism;
    TaskChains ours =
        from.ofPartitions(
            partition -> rescaled || partition == 0 || partitions.contains(partition));
    try (AttachedStore store = CheckpointStores.attach(ours.location())) {
      StoredStages stages = new StoredStages(ours, store);
      for (int partition : partitions) {
        programs.get(partition).forEach(program -> program.restore(stages));
      }
    }
  }

  /** Opens every stage, and says where each stands. */
  List<StageReport> open() {
    List<StageReport> reports = new ArrayList<>();
    for (int partition : partitions) {
      for (StageProgram program : programs.get(partition)) {
        program.open();
        reports.add(program.report());
      }
    }
    return reports;
  }

  /**
   * Runs a batch.
   *
   * @param captured takes what is captured, if anything is to be
   */
  List<StageReport> run(Request.Run batch, List<TaskSnapshot> captured) {
    for (int partition : partitions) {
      programs.get(partition).forEach(program -> program.begin(batch.header()));
    }
    List<StageReport> reports = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      programs.get(partitions.get(0)).get(stage.id()).beginTurn();
      awaitEnds(stage.id());
      for (int partition : partitions) {
        StageProgram program = programs.get(partition).get(stage.id());
        StageReport report = program.complete();
        reports.add(report);
        sendEnds(stage, partition, report.times());
        if (batch.capture() != null) {
          captured.add(
              program.freeze(batch.header().number(), batch.capture().of(stage.id(), partition)));
        }
      }
    }
    clock.stop();
    return reports;
  }

  /** Asks the sources for records. */
  List<PollReport> poll(Poll poll) {
    List<PollReport> reports = new ArrayList<>();
    for (int partition : partitions) {
      int at = partition;
      if (poll.partitions().get(at)) {
        poll.stages().stream()
            .filter(stage -> poll.shares().of(stage, at) > 0)
            .forEach(stage -> reports.add(programs.get(at).get(stage).poll()));
      }
    }
    return reports;
  }

  private boolean awaitsEnds(int stage) {
    for (int partition : partitions) {
      if (programs.get(partition).get(stage).awaitsEnds()) {
        return true;
      }
    }
    return false;
  }

  private void awaitEnds(int stage) {
    Deque<Frame> ours = waiting.get(stage);
    while (!ours.isEmpty() || awaitsEnds(stage)) {
      if (!ours.isEmpty()) {
        deliver(ours.remove());
        continue;
      }
      Frame frame;
      clock.worked();
      try {
        frame = network.take(worker);
      } catch (InterruptedException e) {
        throw new BatchInterruptedException("given up because of a failure elsewhere");
      }
      clock.starved();
      if (frame.rest()) {
        waiting.get(stageOf(frame)).add(frame);
      } else {
        deliver(frame);
      }
    }
  }

  private int stageOf(Frame frame) {
    return plan.exchanges().get(frame.exchange()).toStage();
  }

  private void deliver(Frame frame) {
    int stage = stageOf(frame);
    StageProgram program = programs.get(frame.target()).get(stage);
    byte[] block = frame.block();
    if (block == null) {
      program.ended(
          frame.exchange(),
          frame.upstream(),
          new Times(frame.watermark(), frame.synchronizedTime()));
      return;
    }
    try {
      program.absorb(frame.exchange(), codecs.get(frame.exchange()).decode(block));
    } catch (VirtualMachineError e) {
      StepThread.failed(plan.stages().get(stage).head().name(), e);
      throw e;
    }
  }

  private void send(int exchange, int upstream, int target, Block block, boolean rest) {
    Frame frame =
        Frame.ofBlock(exchange, upstream, target, rest, codecs.get(exchange).encode(block));
    boolean isHere = network.workerOf(target) == worker && Thread.currentThread() == thread;
    if (!isHere) {
      network.send(frame);
    } else if (rest) {
      waiting.get(stageOf(frame)).add(frame);
    } else {
      deliver(frame);
    }
  }

  private void sendEnds(Stage stage, int partition, Times times) {
    for (Step step : stage.steps()) {
      for (Output output : step.outputs()) {
        for (Target target : output.targets()) {
          if (target instanceof Target.ToExchange to) {
            sendEnds(plan.exchanges().get(to.exchange()), partition, times);
          }
        }
      }
    }
  }

  private void sendEnds(Exchange exchange, int partition, Times times) {
    for (int target = 0; target < parallelism; target++) {
      if (exchange.kind() == Exchange.Kind.FORWARD && target != partition) {
        continue;
      }
      Frame end =
          Frame.ofEnd(
              exchange.id(), partition, target, times.watermark(), times.synchronizedTime());
      if (network.workerOf(target) == worker) {
        waiting.get(exchange.toStage()).add(end);
      } else {
        network.send(end);
      }
    }
  }

  /** Acknowledges what a commit has made safe. */
  void acknowledge(long commit) {
    for (int partition : partitions) {
      programs.get(partition).forEach(program -> program.acknowledge(commit));
    }
  }

  /** Closes every stage. Does not throw. */
  void close() {
    closings.forEach(Closing::close);
  }
}
