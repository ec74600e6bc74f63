package dev.microbatch.executor.state;

/** Keeps everything on the heap. */
record HeapStateBackend() implements StateBackend {

  @Override
  public StageState open(StateForm form) {
    return new HeapStageState(form);
  }
}
