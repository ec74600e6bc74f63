package dev.microbatch.executor.state;

/** Everything stays on the heap. */
class HeapStateBackendTest extends StateBackendContractTest {
  @Override
  StateBackend backend() {
    return StateBackend.HEAP;
  }
}
