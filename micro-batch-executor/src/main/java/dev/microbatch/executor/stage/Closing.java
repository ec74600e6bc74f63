package dev.microbatch.executor.stage;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.operator.Teardown;
import dev.microbatch.executor.source.SourceReader;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * What of a stage in a partition has to be closed in the end: the reader of its source, the DoFns
 * that were set up, and what its state uses. It lives on when the stage has been let go of, to make
 * room.
 *
 * <p>Not thread-safe: used by the thread of the partition.
 */
public final class Closing implements AutoCloseable {

  private static final Logger LOG = Warnings.logger(Closing.class);

  private final LifeCycle lifeCycle;
  private final @Nullable SourceReader source;
  private final Runnable closeSource;
  private final String head;
  private final MetricsContainer headMetrics;
  private final AutoCloseable state;
  private final Deque<Teardown> teardowns = new ArrayDeque<>();

  /**
   * Nothing is to be closed yet but the source.
   *
   * @param lifeCycle is told of the end
   * @param source its reader, if the stage reads one
   * @param head the name of the head of the stage
   * @param headMetrics where the head counts
   * @param state closes what the state of the stage uses; does not hold what it keeps
   */
  Closing(
      LifeCycle lifeCycle,
      @Nullable SourceReader source,
      String head,
      MetricsContainer headMetrics,
      AutoCloseable state) {
    this.lifeCycle = lifeCycle;
    this.source = source;
    this.closeSource = this::closeSource;
    this.head = head;
    this.headMetrics = headMetrics;
    this.state = state;
  }

  /** Adds what is torn down before everything that was added earlier. */
  void add(Teardown teardown) {
    teardowns.push(teardown);
  }

  /** Closes everything, as far as it has not been closed. Does not throw. */
  @Override
  public void close() {
    lifeCycle.close();
    if (source != null) {
      run(closeSource);
      StepThread.clearInterrupt(head, true);
    }
    while (!teardowns.isEmpty()) {
      run(teardowns.pop());
    }
    run(this::closeState);
  }

  private void closeState() {
    try {
      state.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void closeSource() {
    MetricsEnvironmentState state = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
    MetricsContainer previous = state.activate(headMetrics);
    try {
      source.close();
    } finally {
      state.activate(previous);
    }
  }

  private void run(Runnable close) {
    try {
      close.run();
    } catch (Throwable t) { // the others are to be closed too
      log(t);
    }
  }

  private void log(Throwable thrown) {
    try {
      LOG.warn("Stage {}: closing failed", head, thrown);
    } catch (Error ignored) {
      // There is no room for a line in the log, but there may be when the rest has been closed.
    }
  }
}
