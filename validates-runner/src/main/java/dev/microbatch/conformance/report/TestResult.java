package dev.microbatch.conformance.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.microbatch.conformance.suite.TestCase;
import dev.microbatch.conformance.suite.TestId;
import dev.microbatch.conformance.worker.Outcome;
import dev.microbatch.conformance.worker.Status;
import java.util.SortedSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A test and what became of it.
 *
 * @param test its name
 * @param categories as in {@link TestCase}
 * @param status how it ended
 * @param message why it failed or was not run; empty if it passed
 * @param detail stack traces or a thread dump; may be empty
 * @param millis how long it ran
 * @param restores how often the runner went back to a checkpoint, or null if the runner did not say
 */
public record TestResult(
    TestId test,
    SortedSet<String> categories,
    Status status,
    String message,
    String detail,
    long millis,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer restores) {

  /** Puts a test and its outcome together. */
  public static TestResult of(TestCase test, Outcome outcome) {
    return new TestResult(
        test.id(),
        test.categories(),
        outcome.status(),
        outcome.message(),
        outcome.detail(),
        outcome.millis(),
        outcome.restores());
  }

  /** Returns whether the runner went back to a checkpoint at least once. */
  public boolean wasRestarted() {
    return restores != null && restores > 0;
  }

  /** Returns a paragraph that says how it ended, with all details. */
  public String describe() {
    return "%s %s: %s%n%s".formatted(status, test, message, detail).strip();
  }
}
