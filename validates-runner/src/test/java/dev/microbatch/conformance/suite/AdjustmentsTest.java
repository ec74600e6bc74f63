package dev.microbatch.conformance.suite;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdjustmentsTest {

  private static final List<String> OPTIONS = List.of("--runner=Some", "--parallelism=3");

  private static InputStream json(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anAdjustedOptionTakesThePlaceOfTheOneOfThatName() throws IOException {
    Adjustments adjustments =
        Adjustments.parse(
            json(
                "[{\"tests\": \"ATest.one\", \"reason\": \"why\","
                    + " \"options\": [\"--parallelism=1\", \"--more=yes\"]}]"));

    assertThat(
        adjustments.of(new TestId("some.ATest", "one"), OPTIONS),
        containsInAnyOrder("--runner=Some", "--parallelism=1", "--more=yes"));
    assertThat(adjustments.of(new TestId("some.ATest", "two"), OPTIONS), is(OPTIONS));
  }

  @Test
  void anAdjustmentNeedsAReason() {
    Exception e =
        assertThrows(
            IOException.class,
            () -> Adjustments.parse(json("[{\"tests\": \"ATest\", \"options\": []}]")));
    assertThat(e.getMessage(), containsString("ATest has no reason"));
  }

  @Test
  void eachAdjustmentMatchesATest() throws IOException {
    List<TestCase> tests = new ArrayList<>();
    for (Suite suite : Suite.all()) {
      tests.addAll(suite.tests());
    }
    for (Adjustments.Adjustment adjustment : Adjustments.load().all()) {
      assertThat(
          adjustment.tests(),
          tests.stream().anyMatch(test -> adjustment.matches(test.id())),
          is(true));
    }
  }
}
