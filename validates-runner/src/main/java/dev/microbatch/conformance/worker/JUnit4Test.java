package dev.microbatch.conformance.worker;

import dev.microbatch.conformance.suite.TestId;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.Result;
import org.junit.runner.manipulation.Filter;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/** Runs one test method in this JVM, with the rules and fixtures of its class. */
final class JUnit4Test {

  /**
   * System property that a runner may set while a test runs: how often it went back to a
   * checkpoint.
   */
  static final String RESTORES = "conformance.restores";

  /** System property by which Beam's tests are given the options of their pipelines. */
  private static final String OPTIONS = "beamTestPipelineOptions";

  private JUnit4Test() {}

  /**
   * Runs a test. Whatever is thrown becomes part of the outcome.
   *
   * @param options of its pipelines, as a JSON array
   */
  static Outcome run(TestId test, String options) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    err.println("=== " + test);
    System.clearProperty(RESTORES);
    System.setProperty(OPTIONS, options);
    long start = System.nanoTime();
    try {
      Class<?> type =
          Class.forName(test.className(), false, Thread.currentThread().getContextClassLoader());
      Assumptions assumptions = new Assumptions();
      JUnitCore junit = new JUnitCore();
      junit.addListener(assumptions);
      Result result = junit.run(Request.aClass(type).filterWith(only(test)));
      return outcome(result, assumptions.failed, millisSince(start));
    } catch (Throwable e) {
      return outcome(Status.FAILED, List.of(new Failure(Description.EMPTY, e)), millisSince(start));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static Outcome outcome(Result result, List<Failure> assumptions, long millis) {
    if (!result.wasSuccessful()) {
      return outcome(Status.FAILED, result.getFailures(), millis);
    }
    if (!assumptions.isEmpty()) {
      return outcome(Status.ASSUMPTION_FAILED, assumptions, millis);
    }
    // More than one is right: the parameters of a test may come with equal names.
    if (result.getRunCount() == 0) {
      return new Outcome(Status.FAILED, "JUnit finds no such test", "", millis, null);
    }
    return new Outcome(Status.PASSED, "", "", millis, Integer.getInteger(RESTORES));
  }

  private static Outcome outcome(Status status, List<Failure> failures, long millis) {
    String message = String.valueOf(failures.get(0).getException()).strip();
    String detail =
        failures.stream().map(Failure::getTrace).collect(Collectors.joining("\nand\n\n"));
    return new Outcome(
        status,
        message.lines().findFirst().orElse(""),
        detail,
        millis,
        Integer.getInteger(RESTORES));
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static Filter only(TestId test) {
    return new Filter() {
      @Override
      public boolean shouldRun(Description description) {
        return description.isTest()
            ? test.className().equals(description.getClassName())
                && test.method().equals(description.getMethodName())
            : description.getChildren().stream().anyMatch(this::shouldRun);
      }

      @Override
      public String describe() {
        return test.toString();
      }
    };
  }

  private static final class Assumptions extends RunListener {
    private final List<Failure> failed = new ArrayList<>();

    @Override
    public void testAssumptionFailure(Failure failure) {
      failed.add(failure);
    }
  }
}
