package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs the batches of one plan.
 *
 * <p>{@link #start}, {@link #run}, {@link #poll} and {@link #acknowledge} are called by one thread,
 * one at a time; {@link #interrupt}, {@link #fail} and {@link #activities} by any. When {@link
 * #start}, {@link #run} or {@link #poll} has thrown, only {@link #close} may follow.
 */
public interface Engine extends AutoCloseable {

  /**
   * Builds, restores and opens every stage in every partition.
   *
   * @param from the commit to resume from; null to begin at the beginning
   * @return where the stages stand
   * @throws dev.microbatch.executor.stage.RestoreException if something cannot be restored
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   */
  Outcome start(@Nullable TaskChains from);

  /**
   * Runs one batch: every stage in topological order, in every partition. First gives the
   * acknowledgements of the commit that the header says is durable, where they were made.
   *
   * @param header what every task is told
   * @param capture what is captured as a whole if every task is to capture what it keeps, as soon
   *     as it has finished a commit batch; null if nothing is to be captured
   * @return where the stages stand
   * @throws dev.microbatch.executor.operator.StepException if user code threw
   * @throws BatchInterruptedException if {@link #interrupt} was called
   */
  Outcome run(BatchHeader header, @Nullable CaptureScopes capture);

  /**
   * Asks sources for records between two batches. What comes stays where it was read, and is the
   * beginning of the next batch, whoever that admits; no other stage runs. For an engine with a
   * wire this is one round trip to the partitions that read.
   *
   * @param poll who is asked
   * @return one report per source that was asked
   * @throws dev.microbatch.executor.operator.StepException if a source threw
   * @throws BatchInterruptedException if {@link #interrupt} was called
   */
  List<PollReport> poll(Poll poll);

  /**
   * Acknowledges to the outside what the last commit has made safe: no batch will come that does.
   *
   * @param commit the number of the commit
   */
  void acknowledge(long commit);

  /** Ends a running batch as soon as possible, by interrupting user code. */
  void interrupt();

  /**
   * Ends a running batch as soon as possible because of a failure outside of it, which {@link #run}
   * then throws. Needs no memory.
   *
   * @param cause the failure
   */
  void fail(Throwable cause);

  /**
   * What its threads do at this moment. May be called by any thread at any time, and is not for
   * free: a thread is stopped for a moment while its stack is copied.
   *
   * @return one for each partition that is at work; empty if the engine cannot say
   */
  default List<Activity> activities() {
    return List.of();
  }

  /** Closes every stage and ends every thread. Does not throw. */
  @Override
  void close();
}
