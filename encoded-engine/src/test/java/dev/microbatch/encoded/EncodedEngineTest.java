package dev.microbatch.encoded;

import dev.microbatch.executor.engine.EngineContractTest;
import dev.microbatch.executor.engine.EngineProvider;

class EncodedEngineTest extends EngineContractTest {

  @Override
  protected EngineProvider newProvider() {
    return new EncodedEngineProvider();
  }
}
