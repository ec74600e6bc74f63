package dev.microbatch.executor.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

import org.junit.jupiter.api.Test;

class EngineProvidersTest {

  @Test
  void theEmbeddedEngineIsFoundByItsName() {
    EngineProvider found = EngineProviders.find("embedded").orElseThrow();

    assertThat(found, instanceOf(EmbeddedEngineProvider.class));
    assertThat(EngineProviders.names(), hasItem("embedded"));
  }

  @Test
  void eachExecutionIsGivenAProviderOfItsOwn() {
    EngineProvider first = EngineProviders.find("embedded").orElseThrow();
    EngineProvider second = EngineProviders.find("embedded").orElseThrow();

    assertThat(first, not(sameInstance(second)));
  }

  @Test
  void aNameThatNoEngineHasFindsNone() {
    assertThat(EngineProviders.find("embeded").isEmpty(), is(true));
  }
}
