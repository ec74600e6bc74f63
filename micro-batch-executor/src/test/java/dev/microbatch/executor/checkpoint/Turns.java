package dev.microbatch.executor.checkpoint;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;

/**
 * Work on a store that is done in turns with others: a given number of operations, then it stands
 * still until it is told to continue. One turn at a time, so the outcome is always the same.
 *
 * @param <T> what it returns
 */
final class Turns<T> {

  /** Work that uses a store. */
  @FunctionalInterface
  interface Work<T> {
    T run(FaultyStore store) throws Exception;
  }

  private final Semaphore go = new Semaphore(0);
  private final Semaphore back = new Semaphore(0);
  private final FutureTask<T> task;
  private int operations;
  private volatile boolean ended;

  /** Prepares work on a store, which does not begin yet. */
  Turns(CheckpointStore store, Work<T> work) {
    this(new FaultyStore(store), work);
  }

  /** Prepares work on a store that has its own faults. The hook of the store is replaced. */
  Turns(FaultyStore store, Work<T> work) {
    Callable<T> whole =
        () -> {
          try {
            go.acquire();
            return work.run(store.with((number, operation, file) -> operation()));
          } finally {
            ended = true;
            back.release();
          }
        };
    task = new FutureTask<>(whole);
    Thread thread = new Thread(task, "turns");
    thread.setDaemon(true);
    thread.start();
  }

  private void operation() {
    if (ended) {
      return; // What came out of the work is used by the test, without turns.
    }
    if (operations == 0) {
      back.release();
      go.acquireUninterruptibly();
    }
    operations--;
  }

  /** Lets it do some operations. Returns whether it has come to its end. */
  boolean step(int operations) throws InterruptedException {
    if (!ended) {
      this.operations = operations;
      go.release();
      back.acquire();
    }
    return ended;
  }

  /** Lets it come to its end, and returns what it returns. */
  T finish() throws InterruptedException, ExecutionException {
    step(Integer.MAX_VALUE);
    return task.get();
  }
}
