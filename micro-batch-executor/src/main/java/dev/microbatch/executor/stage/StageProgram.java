package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.metrics.StepCells;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.Portion;
import dev.microbatch.executor.source.SourceReader;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.view.SideInputs;
import dev.microbatch.executor.view.ViewPane;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One stage in one partition.
 *
 * <h2>How it is called</h2>
 *
 * {@link #restore} at most once, then {@link #open}. For every batch: {@link #begin}; then, in any
 * order that keeps the blocks of one (exchange, upstream partition) in sequence, {@link #absorb}
 * and {@link #ended}; and when the program {@link #awaitsEnds} no more, {@link #complete}. Between
 * two batches, {@link #freeze} behind a commit batch, and {@link #acknowledge} when no batch comes
 * any more that would say that the commit is durable; {@link #poll} at any time. In the end {@link
 * #closing} is closed, once. A block may be absorbed before its producer has ended; calls may nest,
 * but only from a stage into a later one.
 *
 * <p>All calls but those of {@link #metrics} and {@link #closing} come on one thread, that of the
 * first. Only a block that user code fills on a thread of its own is absorbed there, within the
 * call that waits for that thread. A call that breaks these rules throws an {@link
 * IllegalStateException}.
 *
 * <h2>Times</h2>
 *
 * Records are absorbed under the times of the previous batch. Only {@link #complete} takes the new
 * ones, fires what they make due, and sends on what results, in the order that {@link TimeSettling}
 * describes.
 *
 * <h2>Failure</h2>
 *
 * Whatever a call throws is a {@link StepException} if user code threw it. The program is then
 * closed and never used again.
 */
public final class StageProgram {

  private final Plan plan;
  private final Stage stage;
  private final int partition;
  private final StageEnvironment environment;
  private final StageMetrics metrics = new StageMetrics();
  private final StepCells headMetrics;
  private final LateDrops lateDrops;
  private final Finalizers finalizers;
  private final StageProgress progress;
  private final StageTimes times;
  private final StateLayout layout;
  private final StageState state;
  private final StateStore store;
  private final SideInputs sideInputs;
  private final Wiring wiring;
  private final LifeCycle lifeCycle;
  private final UpstreamEnds ends;
  private final StepRunner steps;
  private final TimeSettling settling;
  private final @Nullable TimedOperator timed;
  private final @Nullable SourceReader source;
  private final @Nullable HeldRecord held;
  private final StageReporter reporter;
  private final List<Checkpointed> parts = new ArrayList<>();
  private final Closing closing;
  private final StageClock clock;
  private final StageClock.Spent spent = new StageClock.Spent();
  private long recordsIn;
  private long blocksIn;

  private BatchHeader header;

  /**
   * Builds the program; nothing of the user's runs yet but the cloning of functions.
   *
   * @param plan the plan
   * @param stage the stage of the plan
   * @param partition the partition, from 0
   * @param environment what the engine gives
   * @param clock measures what stages spend on the thread that this one runs on
   * @param sink takes the blocks that the stage produces
   */
  public StageProgram(
      Plan plan,
      Stage stage,
      int partition,
      StageEnvironment environment,
      StageClock clock,
      BlockSink sink) {
    this.plan = plan;
    this.clock = clock;
    this.stage = stage;
    this.partition = partition;
    this.environment = environment;
    this.finalizers = new Finalizers(environment.clock());
    this.progress = new StageProgress(partition, environment.commits());
    this.times = progress.times();
    this.sideInputs =
        new SideInputs(ViewLayouts.of(plan, stage), environment.commits() && partition == 0);
    this.headMetrics = metrics.of(stage.head().name());
    this.lateDrops = new LateDrops(headMetrics);
    String name = "Stage " + stage.name() + " in partition " + partition;
    this.lifeCycle = new LifeCycle(name);
    this.ends = new UpstreamEnds(plan, stage, name, partition, environment.parallelism());
    this.layout = StateLayouts.of(plan, stage, partition, environment);
    this.state = environment.stateBackend().open(stage.head().name(), layout);
    this.store = state.store();
    if (!sideInputs.isEmpty()) {
      store.indexWindows();
    }
    Operators.Shared shared =
        new Operators.Shared(
            state, times, sideInputs, environment.timeLimits(), environment.withholdsStableInput());
    this.wiring =
        new Wiring(plan, stage, partition, environment, lending(sink), shared, metrics, finalizers);
    this.steps = new StepRunner(stage, wiring.operators(), metrics, wiring.counts(), lifeCycle);
    this.settling = new TimeSettling(progress, steps);
    this.timed = steps.timed();
    this.source = stage.isSource() ? SourceReaders.create(stage, partition, environment) : null;
    this.held = source == null ? null : new HeldRecord(source);
    this.reporter =
        new StageReporter(
            stage,
            partition,
            progress,
            settling,
            timed,
            source,
            finalizers,
            lateDrops,
            sideInputs,
            state,
            wiring.sent(),
            clock,
            spent);
    this.closing = new Closing(lifeCycle, source, stage.head().name(), headMetrics, state.closer());
    parts.add(progress);
    parts.add(sideInputs);
    if (timed != null) {
      parts.addAll(timed.parts());
    }
    if (source != null) {
      parts.addAll(source.parts());
    }
  }

  /** What user code sends from a thread of its own may be absorbed on that thread. */
  private BlockSink lending(BlockSink sink) {
    return (exchange, target, block, rest) -> {
      if (lifeCycle.isForeign()) {
        LifeCycle.lent(() -> sink.send(exchange, target, block, rest));
      } else {
        sink.send(exchange, target, block, rest);
      }
    };
  }

  /**
   * Takes back what a commit holds of this stage and partition.
   *
   * @param from the commit
   * @throws RestoreException if that cannot be done
   */
  public void restore(RestoredStages from) {
    lifeCycle.enter(LifeCycle.Phase.RESTORED, "restore");
    String step = stage.head().name();
    try {
      new StageRestore(from, step, partition, environment.parallelism(), layout, store, parts)
          .run();
      store.restored(from.commit());
    } catch (IOException | RuntimeException e) {
      lifeCycle.failed(e);
      throw new RestoreException(step, e);
    }
  }

  /**
   * Captures what this stage keeps in this partition. Called between two batches, after a commit
   * batch.
   *
   * @param commit the number of the commit
   * @param scope what to capture as a whole, and not only what has changed of it since the last
   *     time
   */
  public TaskSnapshot freeze(long commit, SnapshotScope scope) {
    lifeCycle.check(LifeCycle.Phase.OPEN, "freeze");
    String step = stage.head().name();
    List<FrozenPart> frozen = new ArrayList<>();
    StageClock.Spent outer = clock.enter(spent);
    steps.inHead(
        () -> {
          for (Checkpointed part : parts) {
            frozen.add(part.freeze(commit, scope));
          }
          frozen.add(store.freeze(commit, scope));
        });
    clock.leave(outer);
    return new TaskSnapshot(step, partition, new StageSnapshot(step, scope, frozen));
  }

  /** Opens the steps, the last first, so that each finds those that it outputs to open. */
  public void open() {
    lifeCycle.enter(LifeCycle.Phase.OPEN, "open");
    metrics.bind();
    steps.open(closing);
  }

  /**
   * Asks the source of this stage for a record, between two batches. If there is one, the next
   * batch begins with it, also if that is one of a drain or does not admit this stage. Until then
   * the source is not asked again.
   */
  public PollReport poll() {
    lifeCycle.check(LifeCycle.Phase.OPEN, "poll");
    steps.inHead(() -> held.poll(environment.clock().nanos(), environment.readingEnds()));
    return new PollReport(stage.id(), partition, held.isHeld(), source.watermark());
  }

  /** Begins a batch; first gives the acknowledgements of the commit that it says is durable. */
  public void begin(BatchHeader batch) {
    lifeCycle.enter(LifeCycle.Phase.IN_BATCH, "begin");
    giveAcknowledgements(batch.durableCommit());
    header = batch;
    ends.begin();
    recordsIn = 0;
    blocksIn = 0;
    times.begin(batch.number(), batch.processingTime(), batch.durableCommit());
    sideInputs.expire(batch.viewHorizons()[stage.id()]);
    times.setDraining(batch.drain());
  }

  /**
   * Takes a block.
   *
   * @param exchange the index of the exchange that it came by
   * @param block the block; now owned by this program
   */
  public void absorb(int exchange, Block block) {
    lifeCycle.checkAbsorb();
    blocksIn++;
    StageClock.Spent outer = clock.enter(spent);
    try {
      take(exchange, block);
    } finally {
      clock.leave(outer);
    }
  }

  private void take(int exchange, Block block) {
    String viewId = plan.exchanges().get(exchange).viewId();
    if (viewId != null) {
      for (int i = 0; i < block.size(); i++) {
        Meta meta = block.meta(i);
        sideInputs.add(viewId, meta.window(), meta.pane().getIndex(), (ViewPane) block.value(i));
      }
      return;
    }
    recordsIn += block.size();
    steps.process(block);
  }

  /**
   * Notes that an upstream partition has sent its last block of this batch.
   *
   * @param exchange the exchange
   * @param upstreamPartition the partition that has ended
   * @param upstream the times that it sent
   * @throws IllegalStateException if it has ended in this batch before, or is not upstream of this
   */
  public void ended(int exchange, int upstreamPartition, Times upstream) {
    lifeCycle.check(LifeCycle.Phase.IN_BATCH, "ended");
    ends.add(exchange, upstreamPartition, upstream);
  }

  /** Whether an upstream partition has not ended yet in this batch. */
  public boolean awaitsEnds() {
    return ends.areMissing();
  }

  /**
   * Finishes the batch: reads if this is a source, takes the new times, fires what is due, and
   * hands over the last blocks.
   *
   * @return what the loop wants to know; its times are to be sent behind the last blocks
   * @throws IllegalStateException if an upstream partition has not ended yet
   */
  public StageReport complete() {
    lifeCycle.check(LifeCycle.Phase.IN_BATCH, "complete");
    ends.check();
    StageClock.Spent outer = clock.enter(spent);
    for (Map.Entry<String, Integer> side : stage.sideInputs().entrySet()) {
      sideInputs.advance(side.getKey(), ends.earliest(side.getValue()).watermark());
    }
    steps.inHead(() -> settling.settle(input()));
    steps.endBundle();
    wiring.flush();
    steps.inHead(state::endBatch);
    if (header.commit()) {
      seal();
    }
    settling.send();
    lifeCycle.endBatch();
    StageReport report = reporter.report(recordsIn, blocksIn, header.survey());
    clock.leave(outer);
    return report;
  }

  /** Where this stage stands in this partition, before the first batch. */
  public StageReport report() {
    lifeCycle.check(LifeCycle.Phase.OPEN, "report");
    return reporter.report(recordsIn, blocksIn, true);
  }

  /** It is this stage's turn: the time goes to it, until it is the turn of another. */
  public void beginTurn() {
    clock.enter(spent);
  }

  /** The times that hold from now on, when a source has read. */
  private Times input() throws Exception {
    if (source == null) {
      Times earliest = Times.NONE;
      for (int exchange : stage.mainInputs()) {
        earliest = earliest.min(ends.earliest(exchange));
      }
      return earliest;
    }
    long taken = held.take(steps::process);
    recordsIn += taken;
    if (header.drain()) {
      source.drain();
    } else if (header.admitted().get(stage.id())) {
      readFrom(source, taken);
    }
    return new Times(source.watermark(), header.processingTime());
  }

  private void readFrom(SourceReader reader, long taken) throws Exception {
    long share = header.shares().of(stage.id(), partition) - taken;
    if (share > 0) {
      long deadline = environment.clock().nanos() + header.maxReadNanos();
      recordsIn +=
          reader.read(new Portion(share, deadline, environment.readingEnds()), steps::process);
    }
  }

  private void seal() {
    if (source != null) {
      String step = stage.head().name();
      steps.inHead(() -> source.seal(finalizer -> finalizers.add(step, headMetrics, finalizer)));
    }
    finalizers.seal(header.number());
  }

  /**
   * Acknowledges to the outside what a commit has made safe.
   *
   * @param commit the number of the commit
   */
  public void acknowledge(long commit) {
    lifeCycle.check(LifeCycle.Phase.OPEN, "acknowledge");
    giveAcknowledgements(commit);
  }

  private void giveAcknowledgements(long commit) {
    if (!finalizers.areSealed()) {
      return;
    }
    StageClock.Spent outer = clock.enter(spent);
    try {
      finalizers.run(commit);
    } catch (Throwable t) {
      throw StepException.of(stage.head().name(), t);
    }
    clock.leave(outer);
  }

  /** What the steps of this stage have counted in this partition; may be read by other threads. */
  public StageMetrics metrics() {
    return metrics;
  }

  /**
   * What has to be closed in the end: the source and every step that was opened. It is the same
   * object all the time, may be asked for on any thread, and holds on to nothing that the stage
   * keeps: so the program itself can be let go of first.
   */
  public Closing closing() {
    return closing;
  }
}
