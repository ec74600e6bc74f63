package dev.microbatch.executor.memory;

import dev.microbatch.executor.log.Warnings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * The safety net for estimates that were wrong: looks how full the heap is after a collection of
 * its old generation.
 *
 * <ul>
 *   <li>At {@value #HIGH} % every {@link MemoryBudget} that it watches shrinks by a quarter, and
 *       what is over goes to disk.
 *   <li>If, after that, {@value #PATIENCE} collections in a row leave {@value #FULL} % of it and
 *       nothing is given back between them, every pipeline that listens is told that the heap is
 *       full, and what holds it. Going on would mean to collect and do nothing else. A single
 *       collection is no proof: G1 collects the old generation a part at a time.
 * </ul>
 *
 * <p>There is one for the process, since there is one heap. It watches only as long as somebody
 * listens.
 *
 * <p>Thread-safe. Listeners are called by the thread on which the JVM says what a collection has
 * left.
 */
public final class HeapAlarm {

  /** How full the heap is when budgets shrink, in percent. */
  static final int HIGH = 85;

  /** How full it is when pipelines fail, in percent. */
  static final int FULL = 95;

  /** How many collections in a row have to leave it full. */
  static final int PATIENCE = 4;

  /** How many of those that hold memory a message names. */
  private static final int NAMED = 8;

  private static final Logger LOG = Warnings.logger(HeapAlarm.class);

  private static final HeapAlarm OF_PROCESS = new HeapAlarm(OldGeneration::watch);

  /** What is watched: says how many of so many bytes a collection has left. */
  interface Gauge extends AutoCloseable {

    /** Stops watching. */
    @Override
    void close();

    /** Is told what a collection has left. */
    @FunctionalInterface
    interface Listener {

      /**
       * Takes a reading.
       *
       * @param used how many bytes are in use after a collection
       * @param max how many there are
       */
      void left(long used, long max);
    }

    /** Begins to watch. */
    @FunctionalInterface
    interface Starter {

      /**
       * Begins to watch.
       *
       * @param percent above what nobody needs to be told
       * @param listener is told
       */
      Gauge start(int percent, Listener listener);
    }
  }

  private final Gauge.Starter starter;
  private final Set<MemoryBudget> budgets = new LinkedHashSet<>();
  private final List<Consumer<HeapFullException>> listeners = new ArrayList<>();
  private Gauge gauge;
  private int full;
  private long spilledBefore;

  /**
   * Creates an alarm that does not watch yet.
   *
   * @param starter begins to watch a heap
   */
  HeapAlarm(Gauge.Starter starter) {
    this.starter = starter;
  }

  /** That of this process. */
  public static HeapAlarm ofProcess() {
    return OF_PROCESS;
  }

  /** What ends a watch. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {

    /** Ends it. Idempotent. */
    @Override
    void close();
  }

  /** Shrinks a budget when the heap fills up. */
  public synchronized Watch watch(MemoryBudget budget) {
    budgets.add(budget);
    update();
    return () -> forget(budget);
  }

  /**
   * Says when the heap is full.
   *
   * @param listener is told once; it must not block, and hardly any memory is left
   */
  public synchronized Watch listen(Consumer<HeapFullException> listener) {
    // One of its own, so that the same listener may be there twice.
    Consumer<HeapFullException> own = listener::accept;
    listeners.add(own);
    update();
    return () -> forget(own);
  }

  private synchronized void forget(MemoryBudget budget) {
    budgets.remove(budget);
    update();
  }

  private synchronized void forget(Consumer<HeapFullException> listener) {
    listeners.remove(listener);
    update();
  }

  private void update() {
    boolean wanted = !budgets.isEmpty() || !listeners.isEmpty();
    if (wanted && gauge == null) {
      full = 0;
      spilledBefore = 0;
      gauge = starter.start(HIGH, this::left);
    } else if (!wanted && gauge != null) {
      gauge.close();
      gauge = null;
    }
  }

  private void left(long used, long max) {
    HeapFullException failure;
    List<Consumer<HeapFullException>> told;
    synchronized (this) {
      int percent = max <= 0 ? 0 : (int) (used * 100.0 / max);
      if (percent < HIGH) {
        full = 0;
        return;
      }
      long spilled = budgets.stream().mapToLong(MemoryBudget::spilled).sum();
      boolean helped = spilled > spilledBefore;
      spilledBefore = spilled;
      budgets.forEach(budget -> budget.shrink(percent >= FULL));
      full = percent < FULL || helped ? 0 : full + 1;
      if (full <= PATIENCE || listeners.isEmpty()) {
        return;
      }
      full = 0;
      failure = new HeapFullException(message(percent, max));
      told = List.copyOf(listeners);
    }
    LOG.error("{}", failure.getMessage());
    told.forEach(listener -> listener.accept(failure));
  }

  private String message(int percent, long max) {
    List<String> holders = new ArrayList<>();
    budgets.forEach(budget -> holders.addAll(budget.holders()));
    StringBuilder text = new StringBuilder();
    text.append("The heap is full: ")
        .append(percent)
        .append(" % of ")
        .append(max >> 20)
        .append(" MB is in use after a collection, and nothing more can be given back. ");
    if (holders.isEmpty()) {
      text.append("No grouping whose windows fire once holds any of it");
    } else {
      text.append("Groupings whose windows fire once hold of it:");
      holders.stream().limit(NAMED).forEach(holder -> text.append("\n  ").append(holder));
      if (holders.size() > NAMED) {
        text.append("\n  and ").append(holders.size() - NAMED).append(" more");
      }
    }
    return text.append(
            "\nWhat else a pipeline keeps is not weighed: state, timers, windows that fire more"
                + " than once, side inputs, and what user code holds. Give the JVM more memory"
                + " (-Xmx), or let the pipeline keep less")
        .toString();
  }
}
