package dev.microbatch.executor.memory;

/**
 * Something that holds memory it can do without, because what it holds may leave for a disk.
 *
 * <p>Called by its owner's thread only, from {@link MemoryBudget.Account}.
 */
@FunctionalInterface
public interface Spillable {

  /**
   * Lets go of memory, and says so to its account by {@link MemoryBudget.Account#release}. It may
   * let go of more than is wanted, or of less if there is not so much.
   *
   * @param wanted how many bytes at least
   */
  void spill(long wanted);
}
