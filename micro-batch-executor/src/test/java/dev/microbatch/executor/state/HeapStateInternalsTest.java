package dev.microbatch.executor.state;

import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateInternalsTest;
import org.junit.runner.RunWith;
import org.junit.runners.JUnit4;

/** Beam's own tests of state. */
@RunWith(JUnit4.class)
public class HeapStateInternalsTest extends StateInternalsTest {

  @Override
  protected StateInternals createStateInternals() {
    return Stores.key(Stores.create(), "key").stateInternals();
  }
}
