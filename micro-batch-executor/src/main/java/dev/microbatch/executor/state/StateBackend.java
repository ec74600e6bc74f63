package dev.microbatch.executor.state;

import java.io.Serializable;

/**
 * Where the stages of a pipeline keep what they keep between records: a choice that is made once
 * for a pipeline, sent to wherever its stages run, and opened there for each stage and partition.
 *
 * <p>There is one store of cells and timers. Backends differ in what they hold in memory, not in
 * what a cell is.
 *
 * <p>Immutable and thread-safe.
 */
public interface StateBackend extends Serializable {

  /** Everything is an object on the heap, for as long as it is kept. */
  StateBackend HEAP = new HeapStateBackend();

  /**
   * Opens the backend for one stage in one partition, with nothing in it.
   *
   * @param layout how what the stage keeps is encoded, and which part of it belongs there
   */
  StageState open(StateLayout layout);

  /**
   * Opens the backend for one stage in one partition, with nothing in it.
   *
   * @param name the name of the stage, for messages
   * @param layout how what the stage keeps is encoded, and which part of it belongs there
   */
  default StageState open(String name, StateLayout layout) {
    return open(layout);
  }

  /**
   * Whether a heap that stays full ends the pipeline, instead of the next allocation that fails.
   */
  default boolean watchesHeap() {
    return false;
  }
}
