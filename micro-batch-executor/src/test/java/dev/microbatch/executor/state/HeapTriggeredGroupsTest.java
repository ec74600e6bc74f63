package dev.microbatch.executor.state;

/** Groups as objects keep the contract. */
class HeapTriggeredGroupsTest extends TriggeredGroupsContractTest {
  @Override
  StateBackend backend() {
    return StateBackend.HEAP;
  }
}
