package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.List;

/**
 * One Beam primitive inside a stage.
 *
 * @param name Beam's stable unique name of the transform: the identity of its state across restarts
 * @param spec what it does
 * @param outputs its outputs, each with the steps and exchanges that take it
 */
public record Step(String name, StepSpec spec, List<Output> outputs) implements Serializable {

  /** Copies the outputs. */
  public Step {
    outputs = List.copyOf(outputs);
  }

  /**
   * The output with a tag.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Output output(String tag) {
    for (Output output : outputs) {
      if (output.tag().equals(tag)) {
        return output;
      }
    }
    throw new IllegalArgumentException("step " + name + " has no output " + tag);
  }
}
