package dev.microbatch.executor.engine;

import dev.microbatch.executor.operator.StepThread;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The threads that workers run on, one per partition. They outlive an engine, so that a pipeline
 * that goes back to a commit does so on the threads that it had: user code may tell them apart.
 *
 * <p>A full heap must not keep the end of a task from being seen. So threads are handed their tasks
 * and waited for by a plain monitor and by parking: unlike executors and conditions, these need no
 * memory. A thread without a task is parked, so that a task wakes nobody but its own thread.
 *
 * <p>Thread-safe.
 */
final class WorkerThreads implements AutoCloseable {

  /** Stages call into each other on one stack, so that a long plan needs a deep one; in bytes. */
  private static final long STACK_BYTES = 32L << 20;

  private final Set<String> warned = ConcurrentHashMap.newKeySet();
  private final Patience patience;
  private Lane[] lanes = new Lane[0];
  private boolean leftBehind;

  /**
   * Creates the threads; each is started when it is needed.
   *
   * @param patience how long an engine waits for user code on them that is to end
   */
  WorkerThreads(Patience patience) {
    this.patience = patience;
  }

  /** How long an engine waits for user code that is to end. */
  Patience patience() {
    return patience;
  }

  /** One thread. Its fields are guarded by the threads' monitor. */
  private final class Lane extends StepThread {
    @Nullable Runnable task;
    boolean ended;

    Lane(int partition) {
      super(null, "microbatch-worker-" + partition, STACK_BYTES, warned);
      setDaemon(true);
    }

    @Override
    public void run() {
      for (Runnable next = next(); next != null; next = next()) {
        try {
          next.run();
        } catch (Throwable ignored) {
          // Tasks note their failures. What comes here is a failure to do more, on a full heap.
        }
        next = null;
        done();
      }
    }

    private @Nullable Runnable next() {
      for (; ; ) {
        synchronized (WorkerThreads.this) {
          if (task != null || ended) {
            begin();
            return task;
          }
        }
        LockSupport.park(this);
        interrupted(); // one that came when its task was over: parking would return at once
      }
    }

    private void done() {
      synchronized (WorkerThreads.this) {
        task = null;
        WorkerThreads.this.notifyAll();
      }
    }
  }

  /**
   * Has a task run on the thread of a partition, which is idle.
   *
   * @param partition the partition
   * @param task what to run
   */
  synchronized void start(int partition, Runnable task) {
    if (lanes.length <= partition) {
      Lane[] more = new Lane[partition + 1];
      System.arraycopy(lanes, 0, more, 0, lanes.length);
      lanes = more;
    }
    if (lanes[partition] == null) {
      Lane made = new Lane(partition);
      made.start();
      lanes[partition] = made;
    }
    lanes[partition].task = task;
    LockSupport.unpark(lanes[partition]);
  }

  /** Whether the task of a partition runs. */
  synchronized boolean isBusy(int partition) {
    return partition < lanes.length && lanes[partition] != null && lanes[partition].task != null;
  }

  private boolean anyBusy() {
    for (int i = 0; i < lanes.length; i++) {
      if (isBusy(i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits until all threads are idle or something has failed.
   *
   * @return whether all are idle
   * @throws InterruptedException if the calling thread is interrupted
   */
  synchronized boolean await(FirstFailure failure) throws InterruptedException {
    while (anyBusy() && !failure.isNoted()) {
      wait();
    }
    return !anyBusy();
  }

  /**
   * Waits for a task to end, but not for long.
   *
   * @param millis the longest wait, in milliseconds, more than 0
   * @return whether all are idle
   * @throws InterruptedException if the calling thread is interrupted
   */
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  synchronized boolean awaitOne(long millis) throws InterruptedException {
    if (anyBusy()) {
      wait(millis);
    }
    return !anyBusy();
  }

  /** Interrupts all threads that run a task, but the calling one. */
  synchronized void interrupt() {
    for (int i = 0; i < lanes.length; i++) {
      if (isBusy(i) && lanes[i] != Thread.currentThread()) {
        lanes[i].interruptByEngine();
      }
    }
    notifyAll(); // whoever waits for them looks for the cause
  }

  /**
   * Leaves a thread to user code that does not come back. Another one takes its place.
   *
   * @return where that code is
   */
  synchronized StackTraceElement[] leaveBehind(int partition) {
    Lane lane = lanes[partition];
    lane.ended = true;
    lanes[partition] = null;
    leftBehind = true;
    return lane.getStackTrace();
  }

  /** Where the thread of a partition is; empty if its task does not run. */
  synchronized StackTraceElement[] stack(int partition) {
    return isBusy(partition) ? lanes[partition].getStackTrace() : new StackTraceElement[0];
  }

  /** Whether user code that did not come back may still be running. */
  synchronized boolean anyLeftBehind() {
    return leftBehind;
  }

  /** Whether one of them waits for the end of the process, which it has asked for. */
  synchronized boolean anyExits() {
    for (Lane lane : lanes) {
      if (lane != null && ProcessExit.isAwaitedBy(lane)) {
        return true;
      }
    }
    return false;
  }

  /** Ends all threads as soon as they are idle. */
  @Override
  public synchronized void close() {
    for (Lane lane : lanes) {
      if (lane != null) {
        lane.ended = true;
        LockSupport.unpark(lane);
      }
    }
  }
}
