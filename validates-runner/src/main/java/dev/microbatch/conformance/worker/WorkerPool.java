package dev.microbatch.conformance.worker;

import dev.microbatch.conformance.suite.TestId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Runs tests in several JVMs at once. Each takes the next test from one queue when it is done with
 * its last: a test that hangs or ends its JVM fails alone.
 */
public final class WorkerPool {

  private final ForkCommand command;
  private final Function<TestId, String> options;
  private final int forks;
  private final Duration timeout;

  /**
   * Creates a pool, which starts nothing yet.
   *
   * @param command how to start a JVM
   * @param options the options of a test's pipelines, as a JSON array
   * @param forks how many of them run side by side
   * @param timeout how long one test may take
   */
  public WorkerPool(
      ForkCommand command, Function<TestId, String> options, int forks, Duration timeout) {
    this.command = command;
    this.options = options;
    this.forks = forks;
    this.timeout = timeout;
  }

  /**
   * Runs tests and returns when all have ended.
   *
   * @param tests what to run, in about this order
   * @param done called with each outcome as it comes, by one thread at a time
   * @throws IOException if a JVM does not start
   */
  public void run(Collection<TestId> tests, BiConsumer<TestId, Outcome> done)
      throws IOException, InterruptedException {
    Queue<TestId> queue = new ConcurrentLinkedQueue<>(tests);
    ExecutorService threads = Executors.newFixedThreadPool(forks);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 1; i <= Math.min(forks, tests.size()); i++) {
        int number = i;
        running.add(
            threads.submit(
                () -> {
                  work(number, queue, done);
                  return null;
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private void work(int number, Queue<TestId> queue, BiConsumer<TestId, Outcome> done)
      throws IOException, InterruptedException {
    Fork fork = null;
    try {
      for (TestId test = queue.poll(); test != null; test = queue.poll()) {
        if (fork == null || !fork.isAlive()) {
          fork = Fork.start(command, number);
        }
        Outcome outcome = fork.run(test, options.apply(test), timeout);
        synchronized (this) {
          done.accept(test, outcome);
        }
      }
    } finally {
      if (fork != null) {
        fork.close();
      }
    }
  }
}
