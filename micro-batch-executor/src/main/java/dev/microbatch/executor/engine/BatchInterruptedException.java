package dev.microbatch.executor.engine;

/** A batch was given up, because the pipeline is being cancelled or because another task failed. */
public final class BatchInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Says why. */
  public BatchInterruptedException(String message) {
    super(message);
  }
}
