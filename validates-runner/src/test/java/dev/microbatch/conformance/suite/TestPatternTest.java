package dev.microbatch.conformance.suite;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestPatternTest {

  private static final TestId TEST = new TestId("org.example.ParDoTest$TimerTests", "testLoop[0]");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "org.example",
        "org.example.ParDoTest",
        "ParDoTest",
        "ParDo*",
        "ParDoTest.TimerTests",
        "ParDoTest$TimerTests",
        "ParDoTest$TimerTests.testLoop[0]",
        "ParDoTest.TimerTests#testLoop*",
        "*.testLoop[0]",
        "org.*.testLoop*"
      })
  void selects(String pattern) {
    assertThat(new TestPattern(pattern).matches(TEST), is(true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ParDo", "TimerTests", "example", "testLoop[0]", "ParDoTest.testLoop[0]", "par*"})
  void doesNotSelect(String pattern) {
    assertThat(new TestPattern(pattern).matches(TEST), is(false));
  }
}
