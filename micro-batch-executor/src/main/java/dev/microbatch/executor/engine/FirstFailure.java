package dev.microbatch.executor.engine;

import dev.microbatch.executor.operator.StepException;
import java.util.concurrent.atomic.AtomicReference;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The first failure of an engine, whoever notes it. Noting it takes neither memory nor a lock, so
 * that it works when the heap is full.
 *
 * <p>Thread-safe.
 */
final class FirstFailure {

  private final AtomicReference<Throwable> first = new AtomicReference<>();
  private volatile @Nullable String step;

  /**
   * Notes a failure, unless there is one already.
   *
   * @param stepName the step that it comes from, if that is known and not said by the failure
   */
  void note(Throwable failure, @Nullable String stepName) {
    if (first.compareAndSet(null, failure)) {
      step = stepName;
    }
  }

  /** Whether anything has failed. */
  boolean isNoted() {
    return first.get() != null;
  }

  /** What has failed, or null. */
  @Nullable Throwable get() {
    return first.get();
  }

  /**
   * Ends what the caller is about to do if anything has failed.
   *
   * @throws BatchInterruptedException if anything has failed
   */
  void check() {
    if (isNoted()) {
      throw new BatchInterruptedException("given up because of a failure elsewhere");
    }
  }

  /**
   * What is to be thrown: the failure, with its step if that is known. To be called when there is
   * room in memory again; if there is none, it is the failure alone.
   *
   * @throws Error if the failure is one
   */
  RuntimeException toThrow() {
    Throwable failure = first.get();
    if (step != null) {
      try {
        return new StepException(step, failure);
      } catch (OutOfMemoryError e) {
        throw e == failure ? e : (Error) failure;
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException known
        ? known
        : new IllegalStateException("a task failed: " + failure, failure);
  }
}
