package dev.microbatch.executor.state;

/** Keeps everything on the heap. */
record HeapStateBackend() implements StateBackend {

  @Override
  public StageState open(StateLayout layout) {
    return new HeapStageState(layout, null);
  }
}
