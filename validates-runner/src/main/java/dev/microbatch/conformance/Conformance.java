package dev.microbatch.conformance;

import dev.microbatch.conformance.report.RunResult;
import dev.microbatch.conformance.report.Scoreboard;
import dev.microbatch.conformance.suite.Adjustments;
import dev.microbatch.conformance.suite.Exclusion;
import dev.microbatch.conformance.suite.Exclusions;
import dev.microbatch.conformance.suite.Mode;
import dev.microbatch.conformance.suite.Suite;
import dev.microbatch.conformance.suite.TestCase;
import dev.microbatch.conformance.worker.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.LogManager;

/**
 * The main class: runs suites in modes, prints what fails, and leaves the results in files.
 *
 * <p>Exits with 0 if all is well; 1 if a test failed, if fewer tests were run than are recorded, or
 * if an exclusion excludes nothing; 2 if the arguments make no sense.
 */
public final class Conformance {

  private final Arguments arguments;
  private final PrintStream out;

  private Conformance(Arguments arguments, PrintStream out) {
    this.arguments = arguments;
    this.out = out;
  }

  /**
   * Runs suites.
   *
   * @param args {@code --help} explains them
   * @throws IOException if the results cannot be written, or no JVM be started
   * @throws InterruptedException if this thread is interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    // Test classes log when their tests are looked for; that says nothing about a runner.
    LogManager.getLogManager().reset();
    int exit;
    try {
      exit = new Conformance(new Arguments(args), System.out).run() ? 0 : 1;
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      System.err.println("--help explains the arguments");
      exit = 2;
    }
    System.exit(exit);
  }

  private boolean run() throws IOException, InterruptedException {
    if (arguments.has("help")) {
      out.print(Arguments.USAGE);
      return true;
    }
    if (arguments.scoreboard().isPresent()) {
      makeScoreboard(arguments.scoreboard().get());
      return true;
    }
    List<Mode> modes = arguments.modes();
    Exclusions exclusions = arguments.has("include-excluded") ? Exclusions.NONE : Exclusions.load();
    Adjustments adjustments = Adjustments.load();
    Map<Suite, List<TestCase>> suites = new LinkedHashMap<>();
    for (Suite suite : arguments.suites()) {
      suites.put(suite, suite.tests().stream().filter(arguments::selects).toList());
    }
    if (suites.values().stream().allMatch(List::isEmpty)) {
      throw new UsageException("No test is of that name or category");
    }
    if (arguments.has("list")) {
      suites.values().forEach(tests -> tests.forEach(test -> list(test, exclusions)));
      return true;
    }
    boolean wellDone = arguments.isSelection() || allNeeded(exclusions, suites);
    for (Mode mode : modes) {
      for (Map.Entry<Suite, List<TestCase>> suite : suites.entrySet()) {
        if (!suite.getValue().isEmpty()) {
          SuiteRun run =
              new SuiteRun(suite.getKey().name(), mode, arguments, exclusions, adjustments, out);
          wellDone &= run.run(suite.getValue());
        }
      }
    }
    return wellDone;
  }

  private void list(TestCase test, Exclusions exclusions) {
    Optional<Outcome> fate = SuiteRun.notRun(test, exclusions);
    out.println(
        test.id()
            + fate.map(o -> " (%s: %s)".formatted(o.status(), o.message())).orElse("")
            + " "
            + test.categories());
  }

  /** An exclusion that excludes nothing, although all suites are run, has outlived its reason. */
  private boolean allNeeded(Exclusions exclusions, Map<Suite, List<TestCase>> suites) {
    if (suites.size() < Suite.all().size()) {
      return true;
    }
    List<TestCase> tests = suites.values().stream().flatMap(List::stream).toList();
    List<Exclusion> unused = exclusions.unused(tests);
    unused.forEach(e -> out.println("exclusions.json excludes no test by " + e.subject()));
    return unused.isEmpty();
  }

  private void makeScoreboard(Path markdown) throws IOException {
    List<RunResult> results = new ArrayList<>();
    for (Suite suite : Suite.all()) {
      for (Mode mode : Mode.all()) {
        Path directory = SuiteRun.directory(arguments.out(), suite.name(), mode);
        if (RunResult.isIn(directory)) {
          results.add(RunResult.read(directory));
        }
      }
    }
    new Scoreboard(results).write(markdown);
    out.println("Made " + markdown + " of " + results.size() + " results");
  }
}
