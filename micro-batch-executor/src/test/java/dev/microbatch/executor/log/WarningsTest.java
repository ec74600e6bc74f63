package dev.microbatch.executor.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.MarkerFactory;
import org.slf4j.helpers.NOPLogger;

class WarningsTest {
  private final List<String> lines = new ArrayList<>();
  private final Logger log = Warnings.to(lines::add, "a.Source");

  @Test
  void warningsAndErrorsAreHandedOnWithTheirValues() {
    log.warn("none");
    log.warn("one {}", 1);
    log.warn("two {} {}", 1, 2);
    log.error("three {} {} {}", 1, 2, 3);
    log.warn(MarkerFactory.getMarker("marker"), "marked {}", 1);
    log.atWarn().log("fluent {}", 1);

    assertThat(
        lines,
        contains(
            "WARN a.Source: none",
            "WARN a.Source: one 1",
            "WARN a.Source: two 1 2",
            "ERROR a.Source: three 1 2 3",
            "WARN a.Source: marked 1",
            "WARN a.Source: fluent 1"));
  }

  @Test
  void aFailureIsToldWithItsStack() {
    log.error("step {} failed", "A", new IllegalStateException("broken"));
    log.warn("failed", new IllegalStateException("broken"));

    assertThat(
        lines.get(0).lines().toList().subList(0, 2),
        contains(
            is("ERROR a.Source: step A failed"), is("java.lang.IllegalStateException: broken")));
    assertThat(lines.get(0).lines().toList().get(2), startsWith("\tat " + getClass().getName()));
    assertThat(lines.get(1).lines().toList().get(1), is("java.lang.IllegalStateException: broken"));
  }

  @Test
  void allElseIsNot() {
    log.info("info {}", 1);
    log.debug("debug");
    log.trace("trace", new IllegalStateException());

    assertThat(lines, empty());
    assertThat(log.isInfoEnabled(), is(false));
    assertThat(log.isWarnEnabled(), is(true));
    assertThat(log.isErrorEnabled(), is(true));
    assertThat(log.getName(), is("a.Source"));
  }

  @Test
  void withABindingTheLoggerIsThatOfTheBinding() {
    Logger bound = Warnings.logger(WarningsTest.class);

    assertThat(bound.getClass().getName(), startsWith("org.slf4j.jul."));
    assertThat(bound, not(instanceOf(NOPLogger.class)));
  }
}
