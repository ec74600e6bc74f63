package dev.microbatch.benchmarks.pipelines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs a hand-written program on threads that exchange records by key, in blocks, as somebody would
 * write it for one program: no serialization, no windows, no watermarks, no fault tolerance.
 *
 * <p>Each thread generates every <i>threads</i>-th chunk of the numbers, so records arrive nearly
 * in the order of their numbers. A thread whose receiver is full works off its own inbox meanwhile,
 * which is why two full threads cannot wait for each other.
 */
final class Exchange {

  private static final int CHUNK_RECORDS = 4_096;
  private static final int BLOCK_RECORDS = 1_024;
  private static final int INBOX_BLOCKS = 64;

  /** Tells a receiver that a sender has sent all. */
  private static final Block END = new Block(0, false);

  private Exchange() {}

  /** Records on their way to one thread, as columns. */
  private static final class Block {
    private final long[] keys;
    private final long[] values;
    private final long[] times;
    private final Object[] payloads;
    private int size;

    Block(int capacity, boolean payload) {
      keys = new long[capacity];
      values = payload ? null : new long[capacity];
      times = payload ? null : new long[capacity];
      payloads = payload ? new Object[capacity] : null;
    }

    /** Adds a record; says whether the block is full then. */
    boolean add(long key, long value, long time, Object payload) {
      keys[size] = key;
      if (payloads == null) {
        values[size] = value;
        times[size] = time;
      } else {
        payloads[size] = payload;
      }
      size++;
      return size == keys.length;
    }

    void deliver(HandWorker to) {
      for (int i = 0; i < size; i++) {
        if (payloads == null) {
          to.receive(keys[i], values[i], times[i], null);
        } else {
          to.receive(keys[i], 0, 0, payloads[i]);
        }
      }
    }
  }

  /** Where one worker sends its records, and what it is sent. */
  static final class Outputs {
    private final List<BlockingQueue<Block>> inboxes;
    private final BlockingQueue<Block> own;
    private final HandWorker worker;
    private final boolean payload;
    private final Block[] open;
    private int ended;

    private Outputs(
        List<BlockingQueue<Block>> inboxes, int index, HandWorker worker, boolean payload) {
      this.inboxes = inboxes;
      this.own = inboxes.get(index);
      this.worker = worker;
      this.payload = payload;
      this.open = new Block[inboxes.size()];
    }

    void send(long key, long value, long time, Object content) {
      int owner = (int) ((Numbers.mix(key) >>> 33) % open.length);
      Block block = open[owner];
      if (block == null) {
        block = new Block(BLOCK_RECORDS, payload);
        open[owner] = block;
      }
      if (block.add(key, value, time, content)) {
        open[owner] = null;
        pass(owner, block);
      }
    }

    private void pass(int owner, Block block) {
      try {
        while (!inboxes.get(owner).offer(block)) {
          Block mine = own.poll(1, TimeUnit.MILLISECONDS);
          if (mine != null) {
            take(mine);
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("another thread of the program has failed", e);
      }
    }

    private void take(Block block) {
      if (block == END) {
        ended++;
      } else {
        block.deliver(worker);
      }
    }

    /** Works off what has arrived. */
    private void drain() {
      Block block;
      while ((block = own.poll()) != null) {
        take(block);
      }
    }

    /** Sends what is left, then waits for what the others still send. */
    private void close() throws InterruptedException {
      for (int owner = 0; owner < open.length; owner++) {
        if (open[owner] != null) {
          pass(owner, open[owner]);
        }
        pass(owner, END);
      }
      while (ended < open.length) {
        take(own.take());
      }
    }
  }

  /**
   * Runs a program whose records have a value and a time.
   *
   * @param records how many numbers are generated, from 0
   * @param threads how many threads
   * @param worker makes the worker of a thread
   * @return the sum of the workers' outcomes
   */
  static Outcome run(long records, int threads, Supplier<HandWorker> worker) {
    return run(records, threads, false, worker);
  }

  /** Runs a program whose records have an object for their value, as {@link #run} does. */
  static Outcome runWithPayloads(long records, int threads, Supplier<HandWorker> worker) {
    return run(records, threads, true, worker);
  }

  private static Outcome run(
      long records, int threads, boolean payload, Supplier<HandWorker> supplier) {
    List<BlockingQueue<Block>> inboxes = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      inboxes.add(new ArrayBlockingQueue<>(INBOX_BLOCKS));
    }
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    ExecutorCompletionService<Outcome> parts = new ExecutorCompletionService<>(executor);
    try {
      for (int i = 0; i < threads; i++) {
        int index = i;
        HandWorker worker = supplier.get();
        Outputs outputs = new Outputs(inboxes, index, worker, payload);
        worker.connect(outputs);
        Future<Outcome> unused = parts.submit(() -> part(records, index, threads, worker, outputs));
      }
      Outcome outcome = Outcome.EMPTY;
      for (int i = 0; i < threads; i++) {
        outcome = outcome.plus(parts.take().get());
      }
      return outcome;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the hand-written program has failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Outcome part(
      long records, int index, int threads, HandWorker worker, Outputs outputs)
      throws InterruptedException {
    long stride = (long) CHUNK_RECORDS * threads;
    for (long from = (long) CHUNK_RECORDS * index; from < records; from += stride) {
      long to = Math.min(records, from + CHUNK_RECORDS);
      for (long number = from; number < to; number++) {
        worker.generate(number);
      }
      outputs.drain();
    }
    outputs.close();
    return worker.finish();
  }
}
