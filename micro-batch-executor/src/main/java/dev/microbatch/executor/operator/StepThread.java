package dev.microbatch.executor.operator;

import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs steps. It remembers in which step the machine failed, because naming it in an
 * exception takes memory that there may not be; and it tells an interruption that was meant for it
 * from one that user code has left behind.
 *
 * <p>Everything but {@link #interruptByEngine} is called on the thread itself.
 */
public class StepThread extends Thread {

  private static final Logger LOG = LoggerFactory.getLogger(StepThread.class);

  /** The steps of the pipeline that were warned about. */
  private final Set<String> warned;

  private @Nullable Error failure;
  private @Nullable String failedStep;
  private volatile boolean interruptedByEngine;
  private boolean watching;

  /**
   * Creates the thread.
   *
   * @param task what it runs
   * @param name its name
   * @param stackBytes how deep its stack may be, in bytes
   * @param warned the steps whose interruptions were warned about; shared by the threads of a
   *     pipeline, and safe to share
   */
  protected StepThread(Runnable task, String name, long stackBytes, Set<String> warned) {
    super(null, task, name, stackBytes);
    this.warned = warned;
  }

  /** Interrupts the thread, until {@link #begin} is called the next time. Needs no memory. */
  public final void interruptByEngine() {
    interruptedByEngine = true;
    interrupt();
  }

  /** Forgets what happened before: another task begins. */
  protected final void begin() {
    interruptedByEngine = false;
    interrupted();
    failure = null;
    failedStep = null;
  }

  /**
   * Notes that the machine has failed in a step. The innermost step is told first, and it counts.
   * Needs no memory.
   */
  public static void failed(String stepName, VirtualMachineError error) {
    if (currentThread() instanceof StepThread thread && thread.failure != error) {
      thread.failure = error;
      thread.failedStep = stepName;
    }
  }

  /** The step in which {@code thrown} came up on the current thread; null if that is not known. */
  public static @Nullable String stepOf(Throwable thrown) {
    return currentThread() instanceof StepThread thread && thread.failure == thrown
        ? thread.failedStep
        : null;
  }

  /** Whether each call of user code is to be followed by {@link #clearInterrupt}. */
  static boolean isWatching() {
    return currentThread() instanceof StepThread thread && thread.watching;
  }

  /**
   * Clears what user code has left of an interruption, so that it ends no wait that it is not meant
   * for, and says once per step who left it. What the engine interrupts stays interrupted.
   *
   * @param stepName the step whose code was called
   * @param exact whether it must have been that step; otherwise it may have been one behind it
   */
  public static void clearInterrupt(String stepName, boolean exact) {
    if (!interrupted()) {
      return;
    }
    Thread current = currentThread();
    if (!(current instanceof StepThread thread)) {
      warn(stepName, exact);
      return;
    }
    if (thread.interruptedByEngine) {
      thread.interrupt();
      return;
    }
    thread.watching |= !exact;
    if (thread.warned.add(exact ? stepName : stepName + " or behind")) {
      warn(stepName, exact);
    }
  }

  private static void warn(String stepName, boolean exact) {
    LOG.warn(
        "Step {}{} has left its thread interrupted. The interruption is cleared: code that catches"
            + " an InterruptedException should end, not set the flag and continue",
        stepName,
        exact ? "" : ", or one that is fused with it,");
  }
}
