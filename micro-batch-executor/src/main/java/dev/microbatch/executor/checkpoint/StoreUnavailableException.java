package dev.microbatch.executor.checkpoint;

import java.io.IOException;

/** The place of a checkpoint cannot be read or written now. It may heal: nothing is damaged. */
public final class StoreUnavailableException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public StoreUnavailableException(String message, IOException cause) {
    super(message, cause);
  }
}
