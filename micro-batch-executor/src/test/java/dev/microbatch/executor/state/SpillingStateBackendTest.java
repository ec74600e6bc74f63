package dev.microbatch.executor.state;

/** Groups go to a disk whenever they may. */
class SpillingStateBackendTest extends StateBackendContractTest {

  private static final StateBackend BACKEND = TemporarySpill.always("contract");

  @Override
  StateBackend backend() {
    return BACKEND;
  }
}
