package dev.microbatch.executor.state;

/** Nothing stays on the heap beyond a batch. */
class EvictingStateBackendTest extends StateBackendContractTest {
  @Override
  StateBackend backend() {
    return new EvictingStateBackend();
  }
}
