package dev.microbatch.executor.state;

/**
 * How many keys of a store may stay on the heap. Which ones leave, the store decides: it goes round
 * its key groups.
 *
 * <p>Not thread-safe: owned by one task.
 */
@FunctionalInterface
interface EvictionPolicy {

  /** Every key stays on the heap. */
  EvictionPolicy NEVER = keys -> 0;

  /**
   * How many keys are to leave the heap now. Asked once after each batch.
   *
   * @param keys how many are on the heap
   */
  int surplus(int keys);
}
