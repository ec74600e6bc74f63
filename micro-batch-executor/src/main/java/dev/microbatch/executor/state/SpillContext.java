package dev.microbatch.executor.state;

import dev.microbatch.executor.memory.MemoryBudget;
import dev.microbatch.executor.memory.SharedMemory;
import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.Spillable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a stage in a partition needs to let go of memory.
 *
 * @param name the stage and partition, for messages
 * @param shared what it shares with others
 */
record SpillContext(String name, SharedMemory shared) {

  /** For tests: whether everything leaves memory after a few values. */
  boolean always() {
    return shared.settings().always();
  }

  MemoryBudget.Account open(Spillable owner) {
    return shared.budget().open(name, owner);
  }

  /** Where what leaves memory is written; null if there is no such place. */
  @Nullable SpillDirectory directory() {
    return shared.directory();
  }
}
