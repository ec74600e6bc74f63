package dev.microbatch.encoded;

import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.operator.StepThread;
import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A failure on its way to the loop. Whatever can be serialized arrives as what was thrown; of all
 * else, its text and its stack.
 *
 * @param step the step that it comes from; null if that is not known or said by the failure
 * @param text what was thrown, as text
 * @param stack where it was thrown
 * @param thrown the failure, serialized; null if it cannot be
 */
record TaskFailure(
    @Nullable String step, String text, StackTraceElement[] stack, byte @Nullable [] thrown)
    implements Serializable {

  /** Makes a failure of what the current thread has caught. */
  static byte[] encode(Throwable caught) {
    String step = StepThread.stepOf(caught);
    Throwable failure = caught;
    if (caught instanceof StepException known) {
      step = known.stepName();
      failure = known.getCause();
    }
    byte[] thrown;
    try {
      thrown = Wire.encode(failure);
      Wire.decode(thrown, Throwable.class);
    } catch (RuntimeException e) {
      thrown = null;
    }
    return Wire.encode(new TaskFailure(step, failure.toString(), failure.getStackTrace(), thrown));
  }

  /** What was thrown. */
  Throwable decode() {
    Throwable failure;
    if (thrown == null) {
      failure = new IllegalStateException(text);
      failure.setStackTrace(stack);
    } else {
      failure = Wire.decode(thrown, Throwable.class);
    }
    return step == null ? failure : new StepException(step, failure);
  }
}
