package dev.microbatch.executor.engine;

/** Finds out who waits for the end of the process. */
public final class ProcessExit {

  /** What {@code System.exit} runs in until all shutdown hooks have ended. */
  private static final String SHUTDOWN = "java.lang.Shutdown";

  private ProcessExit() {}

  /**
   * Whether a thread has called {@code System.exit}. It never returns from there, and the process
   * ends when the last shutdown hook has: a hook that waits for such a thread waits for itself.
   *
   * @param thread the thread to look at
   */
  public static boolean isAwaitedBy(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals(SHUTDOWN)) {
        return true;
      }
    }
    return false;
  }
}
