package dev.microbatch.executor.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads that workers run on, one per partition. They outlive an engine, so that a pipeline
 * that goes back to a commit does so on the threads that it had: user code may tell them apart.
 *
 * <p>Not thread-safe, but for {@link #interrupt}.
 */
public final class WorkerThreads implements AutoCloseable {

  /** Stages call into each other on one stack, so that a long plan needs a deep one; in bytes. */
  private static final long STACK_BYTES = 32L << 20;

  private final List<Lane> lanes = new ArrayList<>();

  /** One thread. */
  private static final class Lane {
    final ExecutorService executor;
    volatile Thread thread;

    Lane(int partition) {
      this.executor = Executors.newSingleThreadExecutor(task -> thread(task, partition));
    }

    private Thread thread(Runnable task, int partition) {
      Thread made = new Thread(null, task, "microbatch-worker-" + partition, STACK_BYTES);
      made.setDaemon(true);
      thread = made;
      return made;
    }
  }

  /** Runs tasks on the thread of a partition. */
  ExecutorService of(int partition) {
    synchronized (lanes) {
      while (lanes.size() <= partition) {
        lanes.add(new Lane(lanes.size()));
      }
      return lanes.get(partition).executor;
    }
  }

  /** Leaves a thread to user code that does not come back, and takes another one. */
  void abandon(int partition) {
    synchronized (lanes) {
      lanes.get(partition).executor.shutdownNow();
      lanes.set(partition, new Lane(partition));
    }
  }

  /** Interrupts all threads but the calling one. */
  void interrupt() {
    synchronized (lanes) {
      for (Lane lane : lanes) {
        Thread thread = lane.thread;
        if (thread != null && thread != Thread.currentThread()) {
          thread.interrupt();
        }
      }
    }
  }

  /** Ends all threads as soon as they are idle. */
  @Override
  public void close() {
    synchronized (lanes) {
      lanes.forEach(lane -> lane.executor.shutdown());
    }
  }
}
