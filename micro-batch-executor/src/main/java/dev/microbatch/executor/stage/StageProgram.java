package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.Portion;
import dev.microbatch.executor.source.SourceReader;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateForm;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.Lag;
import dev.microbatch.executor.view.SideInputs;
import dev.microbatch.executor.view.ViewPane;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One stage in one partition.
 *
 * <h2>How it is called</h2>
 *
 * {@link #restore} at most once, then {@link #open}. For every batch: {@link #begin}; then, in any
 * order that keeps the blocks of one (exchange, upstream partition) in sequence, {@link #absorb}
 * and {@link #ended}; and when every upstream partition of every input has ended, {@link
 * #complete}. After the commit of a batch, {@link #finalizeCommit}. {@link #close} once. All calls
 * come on one thread. A block may be absorbed before its producer has ended; calls may nest, but
 * only from a stage into a later one.
 *
 * <h2>Times</h2>
 *
 * Records are absorbed under the times of the previous batch. Only {@link #complete} takes the new
 * ones, fires what they make due, and sends on what results: so one batch settles the whole graph.
 *
 * <h2>Failure</h2>
 *
 * Whatever a call throws is a {@link StepException} if user code threw it. The program is then
 * closed and never used again.
 */
public final class StageProgram implements AutoCloseable {

  /** After so many records a bundle ends even within a batch. */
  static final int MAX_BUNDLE_RECORDS = 100_000;

  private final Plan plan;
  private final Stage stage;
  private final int partition;
  private final StageEnvironment environment;
  private final MetricsContainerStepMap metrics = new MetricsContainerStepMap();
  private final MetricsContainerImpl headMetrics;
  private final LateDrops lateDrops;
  private final Finalizers finalizers;
  private final StageProgress progress;
  private final StageTimes times;
  private final StateForm form;
  private final StageState state;
  private final StateStore store;
  private final SideInputs sideInputs;
  private final Wiring wiring;
  private final Operator[] operators;
  private final @Nullable TimedOperator timed;
  private final @Nullable SourceReader source;
  private final List<Checkpointed> parts = new ArrayList<>();
  private final Map<Integer, Times[]> ended = new HashMap<>();

  private final Closing closing;
  private boolean inBundle;
  private int bundleRecords;
  private long recordsIn;
  private BatchHeader header;

  /**
   * Builds the program; nothing of the user's runs yet but the cloning of functions.
   *
   * @param plan the plan
   * @param stage the stage of the plan
   * @param partition the partition, from 0
   * @param environment what the engine gives
   * @param sink takes the blocks that the stage produces
   */
  public StageProgram(
      Plan plan, Stage stage, int partition, StageEnvironment environment, BlockSink sink) {
    this.plan = plan;
    this.stage = stage;
    this.partition = partition;
    this.environment = environment;
    this.finalizers = new Finalizers(environment.clock());
    this.progress = new StageProgress(partition, environment.commits());
    this.times = progress.times();
    this.sideInputs =
        new SideInputs(ViewForms.of(plan, stage), environment.commits() && partition == 0);
    this.headMetrics = metrics.getContainer(stage.head().name());
    this.lateDrops = new LateDrops(headMetrics);
    for (int input : stage.mainInputs()) {
      ended.put(input, new Times[environment.parallelism()]);
    }
    for (int input : stage.sideInputs().values()) {
      ended.put(input, new Times[environment.parallelism()]);
    }
    this.form = StateForms.of(plan, stage, partition, environment);
    this.state = StateBackend.HEAP.open(form);
    this.store = state.store();
    if (!sideInputs.isEmpty()) {
      store.indexWindows();
    }
    Operators.Shared shared =
        new Operators.Shared(
            state, times, sideInputs, environment.timeLimits(), environment.withholdsStableInput());
    this.wiring =
        new Wiring(plan, stage, partition, environment, sink, shared, metrics, finalizers);
    this.operators = wiring.operators();
    this.timed = operators[0] instanceof TimedOperator head ? head : null;
    this.source = stage.isSource() ? SourceReaders.create(stage, partition, environment) : null;
    this.closing = new Closing(source, stage.head().name(), headMetrics);
    parts.add(progress);
    parts.add(sideInputs);
    if (timed != null) {
      parts.addAll(timed.parts());
    }
    if (source != null) {
      parts.addAll(source.parts());
    }
  }

  /**
   * Takes back what a commit holds of this stage and partition.
   *
   * @param from the commit
   * @throws RestoreException if that cannot be done
   */
  public void restore(RestoredStages from) {
    String step = stage.head().name();
    try {
      new StageRestore(from, step, partition, environment.parallelism(), form, store, parts).run();
      store.restored(from.commit());
    } catch (IOException | RuntimeException e) {
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
    String step = stage.head().name();
    List<FrozenPart> frozen = new ArrayList<>();
    inHead(
        () -> {
          for (Checkpointed part : parts) {
            frozen.add(part.freeze(commit, scope));
          }
          frozen.add(store.freeze(commit, scope));
        });
    return new TaskSnapshot(step, partition, new StageSnapshot(step, scope, frozen));
  }

  /** Opens the steps, the last first, so that each finds those that it outputs to open. */
  public void open() {
    for (int i = operators.length - 1; i >= 0; i--) {
      closing.add(operators[i].teardown());
      inStep(i, operators[i]::open);
    }
  }

  /** Begins a batch. */
  public void begin(BatchHeader batch) {
    header = batch;
    recordsIn = 0;
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
    String viewId = plan.exchanges().get(exchange).viewId();
    if (viewId != null) {
      for (int i = 0; i < block.size(); i++) {
        Meta meta = block.meta(i);
        sideInputs.add(viewId, meta.window(), meta.pane().getIndex(), (ViewPane) block.value(i));
      }
      return;
    }
    recordsIn += block.size();
    inHead(() -> absorbMain(block));
  }

  private void absorbMain(Block block) throws Exception {
    ensureBundle();
    int size = block.size();
    if (block.isKeyed() && timed != null) {
      for (int i = 0; i < size; i++) {
        timed.processKeyed(block.value(i), block.meta(i), block.key(i), block.hash(i));
      }
    } else {
      Operator head = operators[0];
      for (int i = 0; i < size; i++) {
        head.process(block.value(i), block.meta(i));
      }
    }
    countInBundle(size);
  }

  private void fromSource(Object value, Meta meta) {
    ensureBundle();
    operators[0].process(value, meta);
    countInBundle(1);
  }

  private void countInBundle(int records) {
    bundleRecords += records;
    if (bundleRecords >= MAX_BUNDLE_RECORDS) {
      endBundle();
    }
  }

  /**
   * Notes that an upstream partition has sent its last block of this batch.
   *
   * @param exchange the exchange
   * @param upstreamPartition the partition that has ended
   * @param upstream the times that it sent
   */
  public void ended(int exchange, int upstreamPartition, Times upstream) {
    ended.get(exchange)[upstreamPartition] = upstream;
  }

  /**
   * Finishes the batch: reads if this is a source, takes the new times, fires what is due, and
   * hands over the last blocks.
   *
   * @return what the loop wants to know; its times are to be sent behind the last blocks
   */
  public StageReport complete() {
    for (Map.Entry<String, Integer> side : stage.sideInputs().entrySet()) {
      sideInputs.advance(side.getKey(), upstream(side.getValue()).watermark());
    }
    inHead(this::settle);
    endBundle();
    wiring.flush();
    inHead(state::endBatch);
    if (header.commit()) {
      seal();
    }
    long hold = timed == null ? Long.MAX_VALUE : timed.outputHold();
    long synchronizedHold = timed == null ? Long.MAX_VALUE : timed.synchronizedHold();
    long watermark = Math.min(times.inputWatermark(), hold);
    progress.send(
        new Times(
            progress.outputLag().apply(watermark, timed != null && timed.delaysWatermark()),
            Math.min(times.synchronizedProcessingTime(), synchronizedHold)));
    return report();
  }

  /** Where this stage stands in this partition. */
  public StageReport report() {
    long wakeUp = timed == null ? Long.MAX_VALUE : timed.nextWakeUp();
    boolean behind = progress.inputLag().isBehind() || progress.outputLag().isBehind();
    boolean withholds = timed != null && timed.awaitsCommit();
    return new StageReport(
        stage.id(),
        partition,
        progress.sent(),
        behind ? StageReport.AT_ONCE : wakeUp,
        source != null && source.hasMore(),
        source == null || source.isDone(),
        source == null ? 0 : source.recordsWanted(),
        recordsIn,
        lateDrops.take(),
        finalizers.isGathering() || withholds,
        withholds,
        viewHorizon());
  }

  /**
   * The earliest end of a main window that may still ask for a side input: because its records may
   * still come, wait, or have left state or timers.
   */
  private long viewHorizon() {
    if (timed == null || sideInputs.isEmpty()) {
      return EventTime.MAX;
    }
    long coming = times.earliestEnd(ViewForms.allowedLateness(stage));
    long open = Math.min(store.earliestWindow(), timed.earliestBufferedWindow());
    return Math.min(coming, open);
  }

  private void settle() throws Exception {
    Times input;
    if (source == null) {
      input = Times.NONE;
      for (int exchange : stage.mainInputs()) {
        input = input.min(upstream(exchange));
      }
    } else {
      if (header.drain()) {
        source.drain();
      } else if (header.admitted().get(stage.id())) {
        readFrom(source);
      }
      input = new Times(source.watermark(), header.processingTime());
    }
    long synchronizedTime = Math.min(input.synchronizedTime(), header.processingTime());
    if (timed == null) {
      times.advanceWatermark(input.watermark());
      times.advanceSynchronizedProcessingTime(synchronizedTime);
    } else {
      settle(timed, input.watermark(), synchronizedTime);
    }
  }

  private void readFrom(SourceReader reader) throws Exception {
    long share = header.shares().of(stage.id(), partition);
    if (share > 0) {
      long deadline = environment.clock().nanos() + header.maxReadNanos();
      recordsIn +=
          reader.read(new Portion(share, deadline, environment.readingEnds()), this::fromSource);
    }
  }

  private void settle(TimedOperator head, long watermark, long synchronizedTime) throws Exception {
    Lag lag = progress.inputLag();
    if (lag.isBehind()) {
      advanceWatermark(head, lag.asked());
    }
    times.advanceSynchronizedProcessingTime(synchronizedTime);
    boolean early = head.isDue();
    if (early) {
      ensureBundle();
      head.fireEarly();
    }
    if (head.hasBuffered()) {
      ensureBundle();
    }
    head.inputComplete();
    advanceWatermark(head, lag.apply(Math.min(watermark, head.inputHold()), early));
  }

  private void advanceWatermark(TimedOperator head, long watermark) throws Exception {
    times.advanceWatermark(watermark);
    if (head.isDue()) {
      ensureBundle();
      head.fire();
    }
    times.settleWatermark();
  }

  /** The earliest times among the partitions of an input. */
  private Times upstream(int exchange) {
    Times earliest = Times.NONE;
    Times[] partitions = ended.get(exchange);
    if (plan.exchanges().get(exchange).kind() == Exchange.Kind.FORWARD) {
      return partitions[partition];
    }
    for (Times of : partitions) {
      earliest = earliest.min(of);
    }
    return earliest;
  }

  private void seal() {
    if (source != null) {
      String step = stage.head().name();
      inHead(() -> source.seal(finalizer -> finalizers.add(step, headMetrics, finalizer)));
    }
    finalizers.seal(header.number());
  }

  private void ensureBundle() {
    if (!inBundle) {
      inBundle = true;
      bundleRecords = 0;
      for (int i = 0; i < operators.length; i++) {
        inStep(i, operators[i]::startBundle);
      }
    }
  }

  private void endBundle() {
    if (inBundle) {
      for (int i = 0; i < operators.length; i++) {
        inStep(i, operators[i]::finishBundle);
      }
      inBundle = false;
      if (source != null) {
        wiring.counts().addRead(bundleRecords);
      }
    }
  }

  /** Something that may throw. */
  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private void inHead(Work work) {
    inStep(headMetrics, stage.head().name(), operators.length == 1, work);
  }

  private void inStep(int step, Work work) {
    String name = stage.steps().get(step).name();
    inStep(metrics.getContainer(name), name, true, work);
  }

  /**
   * Runs something in a step.
   *
   * @param alone whether no user code of other steps runs in it
   */
  private static void inStep(
      MetricsContainer container, String stepName, boolean alone, Work work) {
    MetricsEnvironmentState state = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
    MetricsContainer previous = state.activate(container);
    boolean inherited = Thread.currentThread().isInterrupted();
    try {
      work.run();
    } catch (Throwable t) {
      throw StepException.of(stepName, t);
    } finally {
      state.activate(previous);
      if (!inherited) { // otherwise a stage before it is to answer for it
        StepThread.clearInterrupt(stepName, alone);
      }
    }
  }

  /**
   * Acknowledges to the outside what a commit has made safe.
   *
   * @param batch the number of the batch that was committed
   */
  public void finalizeCommit(long batch) {
    try {
      finalizers.run(batch);
    } catch (Throwable t) {
      throw StepException.of(stage.head().name(), t);
    }
  }

  /** What the steps of this stage have counted in this partition; may be read by other threads. */
  public MetricsContainerStepMap metrics() {
    return metrics;
  }

  /**
   * What has to be closed in the end. It is the same object all the time, and holds on to nothing
   * that the stage keeps: so the program itself can be let go of first.
   */
  public Closing closing() {
    return closing;
  }

  /** Closes the source and every step that was opened. Does not throw. */
  @Override
  public void close() {
    closing.close();
  }
}
