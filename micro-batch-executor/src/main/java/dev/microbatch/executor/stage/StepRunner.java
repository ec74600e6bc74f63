package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.KeyedOperator;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.operator.TimedOperator;
import dev.microbatch.executor.plan.Stage;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs the steps of one stage in one partition, in bundles: whatever runs in a step runs with its
 * metrics container as the current one, and what it throws names the step.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class StepRunner {

  /** After so many records a bundle ends even within a batch. */
  static final int MAX_BUNDLE_RECORDS = 100_000;

  private final Stage stage;
  private final Operator[] operators;
  private final @Nullable TimedOperator timed;
  private final @Nullable KeyedOperator keyed;
  private final StageMetrics metrics;
  private final MetricsContainer headMetrics;
  private final ElementCounts counts;
  private final LifeCycle lifeCycle;
  private boolean inBundle;
  private int bundleRecords;

  /** Something that may throw. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /**
   * Nothing is open yet.
   *
   * @param operators one per step of the stage, in its order
   * @param metrics where the steps count
   * @param counts counts what a source reads
   * @param lifeCycle is told of failures
   */
  StepRunner(
      Stage stage,
      Operator[] operators,
      StageMetrics metrics,
      ElementCounts counts,
      LifeCycle lifeCycle) {
    this.stage = stage;
    this.operators = operators;
    this.timed = operators[0] instanceof TimedOperator head ? head : null;
    this.keyed = operators[0] instanceof KeyedOperator head ? head : null;
    this.metrics = metrics;
    this.headMetrics = metrics.of(stage.head().name());
    this.counts = counts;
    this.lifeCycle = lifeCycle;
  }

  /** The head, if it keeps something between bundles. */
  @Nullable TimedOperator timed() {
    return timed;
  }

  /** Opens the steps, the last first, so that each finds those that it outputs to open. */
  void open(Closing closing) {
    for (int i = operators.length - 1; i >= 0; i--) {
      closing.add(operators[i].teardown());
      inStep(i, operators[i]::open);
    }
  }

  /** Has the head process the records of a block. */
  void process(Block block) {
    inHead(
        () -> {
          ensureBundle();
          int size = block.size();
          if (block.isKeyed() && keyed != null) {
            for (int i = 0; i < size; i++) {
              keyed.processKeyed(block.value(i), block.meta(i), block.key(i), block.hash(i));
            }
          } else {
            Operator head = operators[0];
            for (int i = 0; i < size; i++) {
              head.process(block.value(i), block.meta(i));
            }
          }
          countInBundle(size);
        });
  }

  /** Has the head process a record that was read; to be called {@link #inHead}. */
  void process(Object value, Meta meta) {
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

  /** Begins a bundle, unless one is open. */
  void ensureBundle() {
    if (!inBundle) {
      inBundle = true;
      bundleRecords = 0;
      for (int i = 0; i < operators.length; i++) {
        inStep(i, operators[i]::startBundle);
      }
    }
  }

  /** Ends the bundle, if one is open. */
  void endBundle() {
    if (inBundle) {
      for (int i = 0; i < operators.length; i++) {
        inStep(i, operators[i]::finishBundle);
      }
      inBundle = false;
      counts.addRead(bundleRecords);
    }
  }

  /** Runs something in the head, from which other steps may be called. */
  void inHead(Work work) {
    inStep(headMetrics, stage.head().name(), operators.length == 1, work);
  }

  private void inStep(int step, Work work) {
    String name = stage.steps().get(step).name();
    inStep(metrics.of(name), name, true, work);
  }

  /**
   * Runs something in a step.
   *
   * @param alone whether no user code of other steps runs in it
   */
  private void inStep(MetricsContainer container, String stepName, boolean alone, Work work) {
    MetricsEnvironmentState state = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
    MetricsContainer previous = state.activate(container);
    boolean inherited = Thread.currentThread().isInterrupted();
    try {
      work.run();
    } catch (Throwable t) {
      lifeCycle.failed(t);
      StepException named = StepException.of(stepName, t);
      lifeCycle.failed(named);
      throw named;
    } finally {
      state.activate(previous);
      if (!inherited) { // otherwise a stage before it is to answer for it
        StepThread.clearInterrupt(stepName, alone);
      }
    }
  }
}
