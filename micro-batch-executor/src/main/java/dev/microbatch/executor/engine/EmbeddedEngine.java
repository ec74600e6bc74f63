package dev.microbatch.executor.engine;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageProgram;
import dev.microbatch.executor.stage.StageReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs everything in this process: one thread per partition, every stage of a partition pinned to
 * that thread, blocks handed over by reference.
 */
public final class EmbeddedEngine implements Engine {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngine.class);

  /** Stages call into each other on one stack, so that a long plan needs a deep one; in bytes. */
  private static final long STACK_BYTES = 32L << 20;

  /** How long closing waits for user code. */
  private static final int CLOSE_SECONDS = 30;

  private final Plan plan;
  private final StageEnvironment environment;
  private final Switchboard switchboard;
  private final List<ExecutorService> executors = new ArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile List<Worker> workers = List.of();

  /**
   * Creates the engine and its threads; nothing runs yet.
   *
   * @param plan what it is to run
   * @param environment what stage programs are given
   */
  public EmbeddedEngine(Plan plan, StageEnvironment environment) {
    this.plan = plan;
    this.environment = environment;
    this.switchboard = new Switchboard(environment.parallelism(), plan.stages().size());
    for (int partition = 0; partition < environment.parallelism(); partition++) {
      String name = "microbatch-worker-" + partition;
      executors.add(Executors.newSingleThreadExecutor(task -> thread(task, name)));
    }
  }

  private Thread thread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, STACK_BYTES);
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  @Override
  public void start() {
    List<Worker> built = new ArrayList<>();
    for (int partition = 0; partition < executors.size(); partition++) {
      built.add(new Worker(plan, partition, environment, switchboard));
    }
    workers = List.copyOf(built);
    onAll(
        worker -> {
          worker.open();
          return List.of();
        });
  }

  @Override
  public List<StageReport> run(BatchHeader header) {
    return onAll(worker -> worker.run(header));
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
  private interface Work {
    List<StageReport> on(Worker worker);
  }

  /** Runs {@code work} on every worker's thread and waits for all; throws the first failure. */
  private List<StageReport> onAll(Work work) {
    List<Future<List<StageReport>>> running = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      Callable<List<StageReport>> task =
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
      running.add(executors.get(i).submit(task));
    }
    List<StageReport> reports = new ArrayList<>();
    for (Future<List<StageReport>> future : running) {
      try {
        reports.addAll(future.get());
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
    return reports;
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
    for (Thread thread : threads) {
      if (thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
  }

  /**
   * Closes each stage on its own thread. User code that does not come back within {@value
   * #CLOSE_SECONDS} seconds is left behind on a daemon thread.
   */
  @Override
  public void close() {
    for (int i = 0; i < executors.size(); i++) {
      ExecutorService executor = executors.get(i);
      if (i < workers.size()) {
        Worker worker = workers.get(i);
        executor.execute(
            () -> {
              Thread.interrupted(); // what is left of a cancellation is not meant for teardown
              worker.close();
            });
      }
      executor.shutdown();
    }
    for (ExecutorService executor : executors) {
      try {
        if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("User code does not return; its thread is left behind");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
