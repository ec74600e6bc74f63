package dev.microbatch.executor.enforce;

import dev.microbatch.executor.operator.Forwarding;
import org.junit.jupiter.api.Test;

class CheckedTimedOperatorTest {

  @Test
  void forgetsNoMethodOfTheOperatorThatItChecks() {
    Imprints inputs = new Imprints("Step", "in its input.");
    Imprints outputs = new Imprints("Step", "after it was output.");

    Forwarding.assertForgetsNothing(
        operator -> new CheckedTimedOperator(operator, new BundleChecks(null, inputs, outputs)));
  }
}
