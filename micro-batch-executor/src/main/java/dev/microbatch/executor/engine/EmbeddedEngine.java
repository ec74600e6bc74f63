package dev.microbatch.executor.engine;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.RestoredStages;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageProgram;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs everything in this process: one thread per partition, every stage of a partition pinned to
 * that thread, blocks handed over by reference.
 */
public final class EmbeddedEngine implements Engine {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngine.class);

  /** How long closing waits for user code. */
  private static final int CLOSE_SECONDS = 30;

  private final Plan plan;
  private final StageEnvironment environment;
  private final Switchboard switchboard;
  private final WorkerThreads threads;
  private volatile List<Worker> workers = List.of();

  /**
   * Creates the engine; nothing runs yet.
   *
   * @param plan what it is to run
   * @param environment what stage programs are given
   * @param threads what they run on; used by one engine at a time, closed by their owner
   */
  public EmbeddedEngine(Plan plan, StageEnvironment environment, WorkerThreads threads) {
    this.plan = plan;
    this.environment = environment;
    this.switchboard = new Switchboard(environment.parallelism(), plan.stages().size());
    this.threads = threads;
  }

  @Override
  public List<StageReport> start(@Nullable RestoredStages from) {
    List<Worker> built = new ArrayList<>();
    for (int partition = 0; partition < environment.parallelism(); partition++) {
      built.add(new Worker(plan, partition, environment, switchboard));
    }
    workers = List.copyOf(built);
    return onAll(worker -> worker.open(from));
  }

  @Override
  public List<StageReport> run(BatchHeader header) {
    return onAll(worker -> worker.run(header));
  }

  @Override
  public List<TaskSnapshot> freeze(long commit, Scopes scopes) {
    return onAll(worker -> worker.freeze(commit, scopes));
  }

  @Override
  public void finalizeCommit(long batch) {
    onAll(
        worker -> {
          worker.finalizeCommit(batch);
          return List.of();
        });
  }

  /** What one worker does while the others do the same. */
  @FunctionalInterface
  private interface Work<T> {
    List<T> on(Worker worker);
  }

  /** Runs {@code work} on every worker's thread and waits for all; throws the first failure. */
  private <T> List<T> onAll(Work<T> work) {
    List<Future<List<T>>> running = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      Callable<List<T>> task =
          () -> {
            try {
              // An interruption that came before the task is lost: the executor clears it.
              switchboard.check();
              return work.on(worker);
            } catch (Throwable t) {
              fail(t);
              throw t;
            }
          };
      running.add(threads.of(i).submit(task));
    }
    List<T> results = new ArrayList<>();
    for (Future<List<T>> future : running) {
      try {
        results.addAll(future.get());
      } catch (ExecutionException e) {
        LOG.debug("A task failed", e.getCause());
      } catch (InterruptedException e) {
        interrupt();
        Thread.currentThread().interrupt();
        throw new BatchInterruptedException("interrupted while waiting for a batch");
      }
    }
    Throwable failure = switchboard.failure();
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return results;
  }

  @Override
  public List<MetricsContainerStepMap> metrics() {
    List<MetricsContainerStepMap> metrics = new ArrayList<>();
    for (Worker worker : workers) {
      for (StageProgram program : worker.programs()) {
        metrics.add(program.metrics());
      }
    }
    return metrics;
  }

  @Override
  public void interrupt() {
    fail(new BatchInterruptedException("the pipeline was cancelled"));
  }

  /** Ends every wait and interrupts user code: the batch is lost. */
  private void fail(Throwable cause) {
    switchboard.fail(cause);
    threads.interrupt();
  }

  /**
   * Closes each stage on its own thread. User code that does not come back within {@value
   * #CLOSE_SECONDS} seconds is left behind on a daemon thread.
   */
  @Override
  public void close() {
    List<Future<?>> closing = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      closing.add(
          threads
              .of(i)
              .submit(
                  () -> {
                    Thread.interrupted(); // what is left of a cancellation is not meant for it
                    worker.close();
                  }));
    }
    for (int i = 0; i < closing.size(); i++) {
      try {
        closing.get(i).get(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        LOG.warn("User code does not return; its thread is left behind");
        threads.abandon(i);
      } catch (ExecutionException e) {
        LOG.warn("Closing partition {} failed", i, e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
