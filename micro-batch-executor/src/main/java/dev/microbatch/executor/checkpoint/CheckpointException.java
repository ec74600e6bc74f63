package dev.microbatch.executor.checkpoint;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A checkpoint cannot be opened, read or continued. The message names the place or the file, and
 * what can be done.
 */
public class CheckpointException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Remedy[] remedies;

  /** Makes one without a cause. */
  public CheckpointException(String message) {
    this(message, null);
  }

  /** Makes one with a cause, if there is one. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    this(message, cause, List.of());
  }

  /**
   * Makes one that another setting helps out of.
   *
   * @param message what is wrong and what helps, in words that do not depend on how settings are
   *     typed
   * @param cause why, if something was thrown
   * @param remedies the settings that help, in the order in which the message has them
   */
  public CheckpointException(String message, @Nullable Throwable cause, List<Remedy> remedies) {
    super(message, cause);
    this.remedies = remedies.toArray(new Remedy[0]);
  }

  /** The settings that help, in the order in which the message has them. */
  public List<Remedy> remedies() {
    return List.of(remedies);
  }
}
