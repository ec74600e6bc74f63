package dev.microbatch.conformance.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.microbatch.conformance.worker.Status;
import dev.microbatch.conformance.worker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What all runs together say, by suite, mode and category. Equal results make equal files, to the
 * byte: nothing in them depends on the time or the machine.
 */
public final class Scoreboard {

  private static final int LONGEST_MESSAGE = 160;

  private final List<RunResult> runs;
  private final List<String> modes;
  private final Map<String, List<RunResult>> suites = new LinkedHashMap<>();

  /** Takes results, in the order in which suites and modes are to be shown. */
  public Scoreboard(List<RunResult> runs) {
    this.runs = List.copyOf(runs);
    this.modes = distinct(RunResult::mode);
    for (RunResult run : runs) {
      suites.computeIfAbsent(run.suite(), suite -> new ArrayList<>()).add(run);
    }
  }

  /**
   * Writes a Markdown file and, beside it, a JSON file of the same name in lower case.
   *
   * @throws IOException if one of them cannot be written
   */
  public void write(Path markdown) throws IOException {
    String name = markdown.getFileName().toString().toLowerCase(Locale.ROOT);
    Files.writeString(markdown, markdown());
    Files.writeString(markdown.resolveSibling(name.replaceFirst("\\.md$", "") + ".json"), json());
  }

  /** Returns all tables. The first stands between two comments, for other documents to include. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("# Scoreboard\n\nWritten by the module `validates-runner`; do not edit.\n");
    text.append("Beam ").append(String.join(", ", distinct(RunResult::beamVersion)));
    text.append(" on ").append(String.join(", ", distinct(RunResult::runner))).append(".\n\n");
    text.append("<!-- summary -->\n").append(summary()).append("<!-- end of summary -->\n");
    suites.forEach((suite, ofSuite) -> addSection(text, suite, categories(ofSuite)));
    addSection(text, "Failed", failed());
    addSection(text, "Not run, and why", notRun());
    if (runs.stream().anyMatch(Scoreboard::countsRestores)) {
      addSection(text, "Restores per test", restores());
      addSection(text, "Passed without a restore", notRestarted());
    }
    return text.toString();
  }

  private static void addSection(StringBuilder text, String title, Table table) {
    text.append("\n## ").append(title).append("\n\n");
    text.append(table.isEmpty() ? "none\n" : table.toString());
  }

  /** Rows are suites, columns are modes. */
  private Table summary() {
    Table table = new Table(row("suite", "tests", modes));
    suites.forEach(
        (suite, ofSuite) ->
            table.add(row(suite, size(ofSuite), perMode(ofSuite, Scoreboard::verdict))));
    return table;
  }

  /** Rows are categories, columns are modes. */
  private Table categories(List<RunResult> ofSuite) {
    Table table = new Table(row("category", "tests", modes));
    for (Tally tally : Tally.of(ofSuite.get(0).tests())) {
      table.add(row(tally.name(), tally.tests(), perMode(ofSuite, run -> brief(tally.in(run)))));
    }
    return table;
  }

  private Table failed() {
    Table table = new Table(row("test", "mode", List.of("how", "message")));
    for (RunResult run : runs) {
      for (TestResult test : run.failures()) {
        table.add(
            row(
                test.test().shortName(),
                run.mode(),
                List.of(test.status(), shorten(test.message()))));
      }
    }
    return table;
  }

  /** One row for all tests of a suite that are not run for the same reason. */
  private Table notRun() {
    Table table = new Table(row("suite", "tests", List.of("how", "reason")));
    suites.forEach(
        (suite, ofSuite) -> {
          Map<Fate, Integer> fates = new TreeMap<>();
          for (TestResult test : ofSuite.get(0).tests()) {
            if (test.status().verdict() == Verdict.SKIPPED) {
              fates.merge(new Fate(test.status(), test.message()), 1, Integer::sum);
            }
          }
          fates.forEach(
              (fate, tests) ->
                  table.add(row(suite, tests, List.of(fate.status(), fate.message()))));
        });
    return table;
  }

  private Table restores() {
    Table table =
        new Table(
            row("suite", "mode", List.of("passed", "restarted", "fewest", "most", "restores")));
    for (RunResult run : runs) {
      if (countsRestores(run)) {
        IntSummaryStatistics restores =
            run.tests().stream()
                .filter(TestResult::wasRestarted)
                .mapToInt(test -> Objects.requireNonNull(test.restores()))
                .summaryStatistics();
        table.add(
            row(
                run.suite(),
                run.mode(),
                List.of(
                    run.counts().passed(),
                    passed(run, true).size(),
                    restores.getMin(),
                    restores.getMax(),
                    restores.getSum())));
      }
    }
    return table;
  }

  /** One row for all tests of a class. */
  private Table notRestarted() {
    Table table = new Table(row("suite", "mode", List.of("class", "tests")));
    for (RunResult run : runs) {
      if (countsRestores(run)) {
        Map<String, List<String>> methods = new TreeMap<>();
        for (TestResult test : passed(run, false)) {
          String name = test.test().shortName();
          int dot = name.indexOf('.');
          methods
              .computeIfAbsent(name.substring(0, dot), of -> new ArrayList<>())
              .add(name.substring(dot + 1));
        }
        methods.forEach(
            (name, tests) ->
                table.add(row(run.suite(), run.mode(), List.of(name, String.join(", ", tests)))));
      }
    }
    return table;
  }

  private static boolean countsRestores(RunResult run) {
    return run.tests().stream().anyMatch(test -> test.restores() != null);
  }

  /** The tests that passed, with a restore or without. */
  private static List<TestResult> passed(RunResult run, boolean restarted) {
    return run.tests().stream()
        .filter(test -> test.status() == Status.PASSED && test.wasRestarted() == restarted)
        .toList();
  }

  /** A test that was not restarted does not count as one that was. */
  private static String verdict(RunResult run) {
    String counts = run.counts().toString();
    return countsRestores(run)
        ? counts.replaceFirst("passed", "passed (" + passed(run, true).size() + " restarted)")
        : counts;
  }

  /** Returns what {@link #markdown} shows and the names of all tests that did not pass. */
  public String json() throws IOException {
    List<Object> all = new ArrayList<>();
    for (RunResult run : runs) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("suite", run.suite());
      entry.put("mode", run.mode());
      entry.put("runner", run.runner());
      entry.put("beamVersion", run.beamVersion());
      entry.put("options", run.options());
      Map<String, Counts> categories = new LinkedHashMap<>();
      Tally.of(run.tests()).forEach(tally -> categories.put(tally.name(), tally.in(run)));
      entry.put("categories", categories);
      Map<String, Fate> notPassed = new TreeMap<>();
      Map<String, Integer> restores = new TreeMap<>();
      for (TestResult test : run.tests()) {
        if (test.status() != Status.PASSED) {
          notPassed.put(test.test().toString(), new Fate(test.status(), test.message()));
        }
        if (test.restores() != null) {
          restores.put(test.test().toString(), test.restores());
        }
      }
      entry.put("notPassed", notPassed);
      if (!restores.isEmpty()) {
        entry.put("restores", restores);
      }
      all.add(entry);
    }
    return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all)
        + "\n";
  }

  private List<String> perMode(List<RunResult> ofSuite, Function<RunResult, String> cell) {
    return modes.stream()
        .map(
            mode ->
                ofSuite.stream()
                    .filter(run -> run.mode().equals(mode))
                    .map(cell)
                    .findFirst()
                    .orElse("not run"))
        .toList();
  }

  private List<String> distinct(Function<RunResult, String> property) {
    return runs.stream().map(property).distinct().toList();
  }

  private static int size(List<RunResult> ofSuite) {
    return ofSuite.get(0).tests().size();
  }

  /** Only the number, if all passed. */
  private static String brief(Counts counts) {
    return counts.failed() + counts.skipped() == 0
        ? Integer.toString(counts.passed())
        : counts.toString();
  }

  private static String shorten(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + " ...";
  }

  private static List<Object> row(Object first, Object second, List<?> more) {
    List<Object> cells = new ArrayList<>(List.of(first, second));
    cells.addAll(more);
    return cells;
  }

  /** Why a test did not pass. */
  private record Fate(Status status, String message) implements Comparable<Fate> {
    @Override
    public int compareTo(Fate other) {
      int byStatus = status.compareTo(other.status);
      return byStatus != 0 ? byStatus : message.compareTo(other.message);
    }
  }
}
