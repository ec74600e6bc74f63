package dev.microbatch.executor.engine;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.stage.Times;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The queues between workers: one per target partition and stage, bounded in blocks.
 *
 * <p>A worker that waits works off what full blocks came for later stages. What is left at the end
 * of a stage waits for the turn of the stage that it is for: so small batches run stage by stage,
 * in order, however the workers' timing may be.
 *
 * <p>A worker that finds a queue full works off its own queues meanwhile, but only those of stages
 * behind the one that it is in. That cannot end in a circle: of all waiting workers, the one whose
 * stage comes first in the plan can always work off what the others wait for.
 *
 * <p>Waits end when a failure has been noted and the waiting thread is interrupted, or {@link
 * #wakeAll} is called: user code may send from threads of its own, which nobody interrupts.
 *
 * <p>Thread-safe.
 */
final class Switchboard {

  /** How many blocks may wait for one stage in one partition. */
  private static final int MAX_QUEUED_BLOCKS = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition[] conditions;
  private final Deque<Item>[][] queues;
  private final FirstFailure failure;

  /** Something that travels between workers. */
  sealed interface Item {
    int exchange();
  }

  /**
   * A block of records.
   *
   * @param rest whether it may wait until it is the turn of its stage
   */
  record Records(int exchange, Block block, boolean rest) implements Item {}

  /** The end of what one upstream partition sends in this batch. */
  record End(int exchange, int upstreamPartition, Times times) implements Item {}

  /**
   * Creates the queues.
   *
   * @param failure looked at before and after each wait
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  Switchboard(int partitions, int stages, FirstFailure failure) {
    this.failure = failure;
    conditions = new Condition[partitions];
    queues = new Deque[partitions][stages];
    for (int partition = 0; partition < partitions; partition++) {
      conditions[partition] = lock.newCondition();
      for (int stage = 0; stage < stages; stage++) {
        queues[partition][stage] = new ArrayDeque<>();
      }
    }
  }

  /**
   * Takes the next item for a stage in a partition, or meanwhile one for a later stage; waits for
   * it.
   *
   * @throws BatchInterruptedException if the batch has failed elsewhere or was given up
   */
  Item take(int partition, int stage) {
    lock.lock();
    try {
      for (; ; ) {
        failure.check();
        Item item =
            queues[partition][stage].isEmpty()
                ? pollLater(partition, stage + 1)
                : remove(partition, queues[partition][stage]);
        if (item != null) {
          return item;
        }
        await(partition);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a block into a queue, if there is room. If there is none, gives the sender something to
   * do, or waits.
   *
   * @param sender the partition that sends
   * @param firstStage the first stage whose items the sender may work off meanwhile
   * @return null if the block was put; otherwise an item that the sender is to work off before it
   *     tries again
   * @throws BatchInterruptedException if the batch has failed elsewhere or was given up
   */
  @Nullable Item putOrTake(int sender, int firstStage, int target, int stage, Records records) {
    lock.lock();
    try {
      for (; ; ) {
        failure.check();
        Deque<Item> queue = queues[target][stage];
        if (queue.size() < MAX_QUEUED_BLOCKS) {
          queue.add(records);
          conditions[target].signal();
          return null;
        }
        Item item = pollLater(sender, firstStage);
        if (item != null) {
          return item;
        }
        await(sender);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Puts an end into a queue; there is always room for ends. */
  void put(int target, int stage, End end) {
    lock.lock();
    try {
      queues[target][stage].add(end);
      conditions[target].signal();
    } finally {
      lock.unlock();
    }
  }

  /** The next item that should not wait for the turn of its stage, from the earliest stage. */
  private @Nullable Item pollLater(int partition, int firstStage) {
    Deque<Item>[] own = queues[partition];
    for (int stage = firstStage; stage < own.length; stage++) {
      Deque<Item> queue = own[stage];
      boolean mayWait = queue.peek() instanceof Records records && records.rest();
      if (!queue.isEmpty() && (!mayWait || queue.size() >= MAX_QUEUED_BLOCKS)) {
        return remove(partition, queue);
      }
    }
    return null;
  }

  private Item remove(int partition, Deque<Item> queue) {
    if (queue.size() == MAX_QUEUED_BLOCKS) {
      signalOthers(partition); // they may wait for room here
    }
    return queue.remove();
  }

  private void signalOthers(int partition) {
    for (int other = 0; other < conditions.length; other++) {
      if (other != partition) {
        conditions[other].signal();
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the callers loop
  private void await(int partition) {
    try {
      conditions[partition].await();
    } catch (InterruptedException e) {
      // Comes with a failure, which the caller looks for, or was left behind by user code.
    }
  }

  /**
   * Wakes whoever waits, to find the failure that was noted. Needs no memory, and so does not wait
   * for the lock: whoever calls it does so again.
   */
  void wakeAll() {
    if (lock.tryLock()) {
      try {
        signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void signalAll() {
    // User code's threads wait where a worker does, so that there may be several.
    for (int partition = 0; partition < conditions.length; partition++) {
      conditions[partition].signalAll();
    }
  }

  /**
   * Lets go of everything that is queued, and wakes whoever still waits: no batch will run any
   * more. Needs no memory.
   */
  void drop() {
    lock.lock();
    try {
      for (int partition = 0; partition < queues.length; partition++) {
        for (int stage = 0; stage < queues[partition].length; stage++) {
          queues[partition][stage].clear();
        }
      }
      signalAll();
    } finally {
      lock.unlock();
    }
  }
}
