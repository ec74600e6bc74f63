package dev.microbatch.executor.operator;

import java.io.Serializable;
import org.apache.beam.sdk.util.SerializableUtils;

/**
 * Copies what user code is made of, by serialization as Beam demands it, so that no two partitions
 * share an instance: a function object is used by one thread at a time.
 */
public final class FunctionCopy {

  private FunctionCopy() {}

  /**
   * Makes a copy of a DoFn, a CombineFn, a WindowFn or a coder.
   *
   * @param stepName the step that needs it
   * @param role what it is, for the message
   * @param original what the plan has
   * @throws StepException if it cannot be serialized, or not be deserialized; it names the step
   */
  public static <T extends Serializable> T of(String stepName, String role, T original) {
    try {
      return SerializableUtils.clone(original);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      throw StepException.of(
          stepName,
          new IllegalArgumentException(
              "The "
                  + role
                  + " "
                  + original.getClass().getName()
                  + " cannot be copied by serialization: "
                  + e
                  + ". Each partition needs a copy of its own: what it holds must be serializable,"
                  + " or transient and made in @Setup",
              e));
    }
  }
}
