package dev.microbatch.executor.state;

/** Groups that are bytes between two batches keep the contract. */
class EncodedTriggeredGroupsTest extends TriggeredGroupsContractTest {
  @Override
  StateBackend backend() {
    return new EvictingStateBackend();
  }
}
