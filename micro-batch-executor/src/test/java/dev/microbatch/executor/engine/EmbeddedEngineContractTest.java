package dev.microbatch.executor.engine;

class EmbeddedEngineContractTest extends EngineContractTest {

  @Override
  protected EngineProvider newProvider() {
    return new EmbeddedEngineProvider();
  }
}
