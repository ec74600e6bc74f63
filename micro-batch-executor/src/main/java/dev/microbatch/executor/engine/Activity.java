package dev.microbatch.executor.engine;

import java.util.List;

/**
 * What the thread of one partition is doing at a moment while a batch runs.
 *
 * @param partition the partition
 * @param stage the innermost stage that the thread is in
 * @param stack its calls, the innermost first
 */
public record Activity(int partition, int stage, List<StackTraceElement> stack) {

  /** Copies the stack. */
  public Activity {
    stack = List.copyOf(stack);
  }
}
