package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StepException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which calls a stage program takes at this moment, and from which thread.
 *
 * <pre>
 *   NEW ──restore──▶ RESTORED ──open──▶ OPEN ──begin────▶ IN_BATCH
 *    └───────────────open───────────────▲ ◀───complete───────┘
 * </pre>
 *
 * In any phase something may be thrown, and the program may be closed; it then takes no call any
 * more. A call after a failure throws that failure again: user code that has caught it must not
 * make a pipeline of it that has silently lost the rest of a block.
 *
 * <h2>Thread</h2>
 *
 * The thread of the first call is the program's, and every other call has to come on it: metrics
 * are counted for the step that is current on a thread, so that an engine that changed threads
 * within a bundle would count on wrong steps. There is one exception. A DoFn may output from
 * threads of its own while it waits for them, and what it fills is then absorbed on such a thread
 * by the stages behind. So whoever {@link #isForeign outputs on a foreign thread} does it {@link
 * #lent}, and {@link #checkAbsorb} takes a thread that is lent.
 *
 * <p>Not thread-safe, but finds calls on a wrong thread. Checks cost a few comparisons; they are
 * made per call and per block, never per record.
 */
final class LifeCycle {

  /** How far a program has come. */
  enum Phase {
    /** Built, and nothing more. */
    NEW("not open yet"),
    /** It has taken back what a commit holds. */
    RESTORED("restored, but not open yet"),
    /** Its steps are open, and no batch runs. */
    OPEN("between two batches"),
    /** A batch has begun. */
    IN_BATCH("in a batch"),
    /** Something was thrown. */
    FAILED("broken by a failure"),
    /** Nothing may be asked of it any more. */
    CLOSED("closed");

    private final String description;

    Phase(String description) {
      this.description = description;
    }

    private boolean leadsTo(Phase next) {
      return switch (this) {
        case NEW -> next == RESTORED || next == OPEN;
        case RESTORED -> next == OPEN;
        case OPEN -> next == IN_BATCH;
        case IN_BATCH, FAILED, CLOSED -> false;
      };
    }
  }

  /** Set on a foreign thread for as long as it is inside an output of some program. */
  private static final ThreadLocal<Boolean> LENT = new ThreadLocal<>();

  private final String name;
  private Phase phase = Phase.NEW;
  private @Nullable Thread thread;
  private @Nullable Throwable failure;

  /**
   * Creates the life cycle of a program that was just built.
   *
   * @param name how the program is called in messages
   */
  LifeCycle(String name) {
    this.name = name;
  }

  /**
   * Checks a call that leads to another phase, which begins at once. A batch is left by {@link
   * #endBatch}.
   *
   * @param call the name of the call
   * @throws IllegalStateException if the call must not come now, or not on this thread
   */
  void enter(Phase next, String call) {
    if (thread == null) {
      thread = Thread.currentThread();
    }
    checkThread(call);
    if (!phase.leadsTo(next)) {
      throw refusal(call);
    }
    phase = next;
  }

  /**
   * Checks a call that may come in one phase only.
   *
   * @param call the name of the call
   * @throws IllegalStateException if the call must not come now, or not on this thread
   */
  void check(Phase expected, String call) {
    if (phase != expected) {
      throw refusal(call);
    }
    checkThread(call);
  }

  /**
   * Checks that a block comes in a batch, and on the program's thread or one that is lent.
   *
   * @throws IllegalStateException if not
   */
  void checkAbsorb() {
    if (phase != Phase.IN_BATCH) {
      throw refusal("absorb");
    }
    if (isForeign() && LENT.get() == null) {
      checkThread("absorb");
    }
  }

  private void checkThread(String call) {
    if (isForeign()) {
      throw new IllegalStateException(
          "%s: %s() came on thread %s, but all calls have to come on thread %s"
              .formatted(name, call, Thread.currentThread().getName(), thread.getName()));
    }
  }

  private IllegalStateException refusal(String call) {
    if (failure instanceof StepException step) {
      throw step;
    }
    return new IllegalStateException(
        "%s: %s() must not be called while it is %s".formatted(name, call, phase.description),
        failure);
  }

  /**
   * Ends a batch that is complete.
   *
   * @throws IllegalStateException if none has begun, or not on this thread
   */
  void endBatch() {
    check(Phase.IN_BATCH, "complete");
    phase = Phase.OPEN;
  }

  /** Whether the current thread is not the program's. */
  boolean isForeign() {
    return Thread.currentThread() != thread;
  }

  /** Does something on a foreign thread that may come to other programs. */
  static void lent(Runnable output) {
    boolean outer = LENT.get() == null;
    LENT.set(Boolean.TRUE);
    try {
      output.run();
    } finally {
      if (outer) {
        LENT.remove();
      }
    }
  }

  /** Notes that something was thrown; what is told last is thrown again. Needs no memory. */
  void failed(Throwable thrown) {
    if (phase != Phase.CLOSED) {
      phase = Phase.FAILED;
      failure = thrown;
    }
  }

  /** Ends it, on whatever thread and in whatever phase it is. */
  void close() {
    phase = Phase.CLOSED;
    failure = null;
  }
}
