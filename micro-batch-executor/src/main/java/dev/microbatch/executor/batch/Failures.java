package dev.microbatch.executor.batch;

/** Tells failures apart. */
final class Failures {

  /** How deep causes are looked at, since they may go in a circle. */
  private static final int MAX_CAUSES = 50;

  private Failures() {}

  /**
   * Whether the machine has failed, such as by a heap that is full. User code may have put that
   * into an exception of its own.
   */
  static boolean areOfTheMachine(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      if (cause instanceof VirtualMachineError) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
