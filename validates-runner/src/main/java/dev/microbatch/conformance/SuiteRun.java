package dev.microbatch.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microbatch.conformance.report.RecordedCounts;
import dev.microbatch.conformance.report.RunResult;
import dev.microbatch.conformance.report.TestResult;
import dev.microbatch.conformance.suite.Adjustments;
import dev.microbatch.conformance.suite.Exclusions;
import dev.microbatch.conformance.suite.Mode;
import dev.microbatch.conformance.suite.TestCase;
import dev.microbatch.conformance.suite.TestId;
import dev.microbatch.conformance.worker.ForkCommand;
import dev.microbatch.conformance.worker.Outcome;
import dev.microbatch.conformance.worker.Status;
import dev.microbatch.conformance.worker.Verdict;
import dev.microbatch.conformance.worker.WorkerPool;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.util.ReleaseInfo;

/**
 * Runs one suite in one mode. Its last line is the count of what passed, failed and was skipped.
 *
 * <p>A directory of its own gets {@code results.json}, {@code failures.txt} and what the tests have
 * printed. A selection of tests has another directory than the whole suite.
 */
final class SuiteRun {

  private static final int PROGRESS_EVERY = 100;

  private final String suite;
  private final Mode mode;
  private final Arguments arguments;
  private final Exclusions exclusions;
  private final Adjustments adjustments;
  private final PrintStream out;
  private final Map<TestId, Outcome> outcomes = new TreeMap<>();

  SuiteRun(
      String suite,
      Mode mode,
      Arguments arguments,
      Exclusions exclusions,
      Adjustments adjustments,
      PrintStream out) {
    this.suite = suite;
    this.mode = mode;
    this.arguments = arguments;
    this.exclusions = exclusions;
    this.adjustments = adjustments;
    this.out = out;
  }

  /** Returns where the results of whole suites are, below the directory of all results. */
  static Path directory(Path all, String suite, Mode mode) {
    return all.resolve(suite).resolve(mode.name());
  }

  /** Runs these tests of the suite and returns whether all is well. */
  boolean run(List<TestCase> tests) throws IOException, InterruptedException {
    out.printf("%n%s, mode %s, on %s%n", suite, mode.name(), arguments.runner());
    Path root = arguments.isSelection() ? arguments.out().resolve("selected") : arguments.out();
    Path directory = directory(root, suite, mode);
    empty(directory);
    List<TestId> queue = new ArrayList<>();
    for (TestCase test : tests) {
      notRun(test, exclusions)
          .ifPresentOrElse(outcome -> outcomes.put(test.id(), outcome), () -> queue.add(test.id()));
    }
    ForkCommand command = new ForkCommand(arguments.jvm(), directory, arguments.has("verbose"));
    new WorkerPool(command, this::options, arguments.forks(), arguments.timeout())
        .run(queue, (test, outcome) -> ended(test, outcome, tests.size()));
    return conclude(result(tests), directory);
  }

  /** Returns what is known about a test that is not to be run. */
  static Optional<Outcome> notRun(TestCase test, Exclusions exclusions) {
    if (!test.ignored().isEmpty()) {
      return Optional.of(Outcome.notRun(Status.IGNORED, test.ignored()));
    }
    return exclusions.of(test).map(e -> Outcome.notRun(Status.EXCLUDED, e.reason()));
  }

  /** The options of a test's pipelines. */
  private String options(TestId test) {
    try {
      return new ObjectMapper().writeValueAsString(adjustments.of(test, arguments.options(mode)));
    } catch (JsonProcessingException e) {
      throw new AssertionError("a list of strings is JSON", e);
    }
  }

  private void ended(TestId test, Outcome outcome, int total) {
    outcomes.put(test, outcome);
    if (arguments.has("verbose")) {
      out.printf("%s %s, %d ms%n", outcome.status(), test, outcome.millis());
    }
    if (outcome.status().verdict() == Verdict.FAILED) {
      out.printf("%s %s: %s%n", outcome.status(), test, outcome.message());
      if (arguments.has("verbose")) {
        out.println(outcome.detail());
      }
    }
    if (outcomes.size() % PROGRESS_EVERY == 0 && outcomes.size() < total) {
      out.printf("%d of %d%n", outcomes.size(), total);
    }
  }

  private RunResult result(List<TestCase> tests) {
    return new RunResult(
        suite,
        mode.name(),
        arguments.runner(),
        ReleaseInfo.getReleaseInfo().getVersion(),
        arguments.options(mode),
        !arguments.isSelection(),
        tests.stream().map(test -> TestResult.of(test, outcomes.get(test.id()))).toList());
  }

  private boolean conclude(RunResult result, Path directory) throws IOException {
    result.write(directory);
    if (!result.failures().isEmpty()) {
      out.println("The stack traces are in " + directory.resolve("failures.txt"));
    }
    Optional<String> complaint = RecordedCounts.load().check(result);
    complaint.ifPresent(out::println);
    out.println(result.counts());
    return result.failures().isEmpty() && complaint.isEmpty();
  }

  private static void empty(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(directory);
  }
}
