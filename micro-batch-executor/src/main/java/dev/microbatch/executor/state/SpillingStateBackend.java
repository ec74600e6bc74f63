package dev.microbatch.executor.state;

import dev.microbatch.executor.memory.MemorySettings;
import dev.microbatch.executor.memory.SharedMemory;

/**
 * As {@link StateBackend#HEAP}, as long as there is memory: groups whose windows fire once go to a
 * disk when they are too many.
 *
 * @param settings how much there is, and where the rest goes
 */
public record SpillingStateBackend(MemorySettings settings) implements StateBackend {

  private static final long serialVersionUID = 1L;

  @Override
  public StageState open(StateLayout layout) {
    return open("a stage", layout);
  }

  @Override
  public StageState open(String name, StateLayout layout) {
    return new HeapStageState(
        layout,
        new SpillContext(
            name + " in partition " + layout.partition(), SharedMemory.open(settings)));
  }

  @Override
  public boolean watchesHeap() {
    return true;
  }
}
