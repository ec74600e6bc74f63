package dev.microbatch.executor.engine;

import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.StageReport;
import java.util.List;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;

/**
 * Runs the batches of one plan.
 *
 * <p>{@link #start}, {@link #run} and {@link #finalizeCommit} are called by one thread, one at a
 * time; {@link #metrics} and {@link #interrupt} by any. When {@link #start} or {@link #run} has
 * thrown, only {@link #close} may follow.
 */
public interface Engine extends AutoCloseable {

  /** Builds and opens every stage in every partition. */
  void start();

  /**
   * Runs one batch: every stage in topological order, in every partition.
   *
   * @param header what every task is told
   * @return one report per stage and partition
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   * @throws BatchInterruptedException if {@link #interrupt} was called
   */
  List<StageReport> run(BatchHeader header);

  /**
   * Acknowledges to the outside what a commit has made safe, where the acknowledgements were made.
   *
   * @param batch the number of the batch that was committed
   */
  void finalizeCommit(long batch);

  /** The live metrics of every stage and partition. */
  List<MetricsContainerStepMap> metrics();

  /** Ends a running batch as soon as possible, by interrupting user code. */
  void interrupt();

  /** Closes every stage and ends every thread. Does not throw. */
  @Override
  void close();
}
