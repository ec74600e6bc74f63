package dev.microbatch.executor.operator;

import org.apache.beam.sdk.util.UserCodeException;

/** Says that a step failed, and why: the cause is what user code threw. */
public final class StepException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String stepName;

  /**
   * Names the step of a failure.
   *
   * @param stepName the step that failed
   * @param cause what came out of it
   */
  public StepException(String stepName, Throwable cause) {
    super("Step " + stepName + " failed: " + cause, cause);
    this.stepName = stepName;
  }

  /**
   * Names the step in which something was thrown. A failure of a step further down the chain keeps
   * its own name, however many steps it passed on its way up.
   *
   * <p>A failure of the machine is thrown on as it is: there may be no memory for another
   * exception. Its step is noted in the {@link StepThread}, and named when there is room again.
   *
   * @param stepName the step whose code was called
   * @param thrown what came out of the call
   */
  public static StepException of(String stepName, Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof UserCodeException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof VirtualMachineError error) {
      StepThread.failed(stepName, error);
      throw error;
    }
    return cause instanceof StepException known ? known : new StepException(stepName, cause);
  }

  /** The step that failed. */
  public String stepName() {
    return stepName;
  }
}
