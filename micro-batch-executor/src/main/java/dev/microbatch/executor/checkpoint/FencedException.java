package dev.microbatch.executor.checkpoint;

/**
 * A newer epoch has taken the checkpoint over: another process continues this pipeline, and this
 * one has to stop. Nothing that it has not committed so far may have an effect outside of it.
 */
public final class FencedException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public FencedException(String message) {
    super(message);
  }
}
