package dev.microbatch.encoded;

import dev.microbatch.executor.operator.StepThread;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** The thread of one worker: runs what it is given, one after the other. */
final class WorkerThread extends StepThread implements AutoCloseable {

  /** Stages call into each other on one stack, so that a long plan needs a deep one; in bytes. */
  private static final long STACK_BYTES = 32L << 20;

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  WorkerThread(int index) {
    super(null, "microbatch-encoded-worker-" + index, STACK_BYTES, ConcurrentHashMap.newKeySet());
    setDaemon(true);
  }

  /** Has a task run behind those that were given before. */
  void submit(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void run() {
    while (!closed || !tasks.isEmpty()) {
      try {
        Runnable task = tasks.take();
        begin();
        task.run();
      } catch (InterruptedException e) {
        continue; // it came behind its task
      }
    }
  }

  /** Ends the thread when it has done what it was given. */
  @Override
  public void close() {
    submit(() -> closed = true);
  }
}
