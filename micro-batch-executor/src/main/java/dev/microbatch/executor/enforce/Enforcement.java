package dev.microbatch.executor.enforce;

import java.io.Serializable;

/**
 * What is checked of user code while it runs.
 *
 * @param encodability whether every value that leaves a step is encoded and decoded by its coder,
 *     and continues as what was decoded
 * @param immutability whether it is an error if a DoFn changes its input, or a value that it has
 *     output
 */
public record Enforcement(boolean encodability, boolean immutability) implements Serializable {

  /** Checks nothing. */
  public static final Enforcement NONE = new Enforcement(false, false);
}
