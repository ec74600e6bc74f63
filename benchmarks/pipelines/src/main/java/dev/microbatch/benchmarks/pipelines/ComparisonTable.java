package dev.microbatch.benchmarks.pipelines;

import dev.microbatch.benchmarks.pipelines.Workload.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The Markdown tables of a comparison, one for each kind of figure: medians, how many times this
 * project is better than the best peer, and its time against that of the program written by hand.
 * Below them stands why a figure is missing.
 */
final class ComparisonTable {

  private static final String NONE = "-";

  private final List<RunResult> results;
  private final List<ComparedRunner> runners;
  private final Map<Cell, String> failures;

  /**
   * A benchmark on a runner.
   *
   * @param benchmark its name
   * @param runner the runner
   */
  record Cell(String benchmark, ComparedRunner runner) {}

  /**
   * Creates the tables.
   *
   * @param results all runs; wrong ones are left out
   * @param runners the columns
   * @param failures what has failed, and why
   */
  ComparisonTable(
      List<RunResult> results, List<ComparedRunner> runners, Map<Cell, String> failures) {
    this.results = results.stream().filter(RunResult::ok).toList();
    this.runners = runners;
    this.failures = failures;
  }

  /**
   * The lines of the tables.
   *
   * @param rows the benchmarks and their sizes
   */
  List<String> lines(List<ComparedBenchmark> rows) {
    List<String> lines = new ArrayList<>();
    for (Figure figure : Figure.values()) {
      List<ComparedBenchmark> those =
          rows.stream().filter(row -> row.workload().figure() == figure).toList();
      if (!those.isEmpty()) {
        if (!lines.isEmpty()) {
          lines.add("");
        }
        addTable(figure, those, lines);
      }
    }
    addReasons(rows, lines);
    return lines;
  }

  private void addTable(Figure figure, List<ComparedBenchmark> rows, List<String> lines) {
    StringBuilder head = new StringBuilder("| " + title(figure) + " | n |");
    StringBuilder rule = new StringBuilder("| --- | --- |");
    for (ComparedRunner runner : runners) {
      head.append(' ').append(runner.title()).append(" |");
      rule.append(" --- |");
    }
    lines.add(head + " times the best peer | micro-batch's time / hand's |");
    lines.add(rule + " --- | --- |");
    rows.forEach(row -> lines.add(line(figure, row)));
  }

  private static String title(Figure figure) {
    return switch (figure) {
      case SPEED -> "records/s";
      case TIME -> "milliseconds";
      case LATENCY -> "milliseconds, median / 99 %";
    };
  }

  private String line(Figure figure, ComparedBenchmark row) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %s: %s | %,d |",
                row.name(),
                row.workload().description(),
                row.sizes().records()));
    for (ComparedRunner runner : runners) {
      line.append(' ').append(cell(figure, row, runner)).append(" |");
    }
    OptionalDouble ours = merit(figure, row, ComparedRunner.MICRO_BATCH);
    OptionalDouble peer =
        runners.stream()
            .filter(ComparedRunner::isPeer)
            .map(runner -> merit(figure, row, runner))
            .flatMapToDouble(OptionalDouble::stream)
            .max();
    OptionalDouble hand = merit(figure, row, ComparedRunner.HAND);
    return line + (" " + ratio(ours, peer) + " | ") + (ratio(hand, ours) + " |");
  }

  private String cell(Figure figure, ComparedBenchmark row, ComparedRunner runner) {
    return switch (figure) {
      case SPEED -> number("%,.0f", median(row, runner, RunResult::recordsPerSecond));
      case TIME -> number("%,.0f", median(row, runner, result -> 1e3 * result.wallSeconds()));
      case LATENCY ->
          number("%,.1f", median(row, runner, RunResult::p50Millis))
              + " / "
              + number("%,.1f", median(row, runner, RunResult::p99Millis));
    };
  }

  private static String number(String format, OptionalDouble figure) {
    return figure.isEmpty() ? NONE : String.format(Locale.ROOT, format, figure.getAsDouble());
  }

  /** What is compared, the greater the better. */
  private OptionalDouble merit(Figure figure, ComparedBenchmark row, ComparedRunner runner) {
    return switch (figure) {
      case SPEED -> median(row, runner, RunResult::recordsPerSecond);
      case TIME -> median(row, runner, result -> 1 / result.wallSeconds());
      case LATENCY -> median(row, runner, result -> 1 / result.p99Millis());
    };
  }

  private static String ratio(OptionalDouble dividend, OptionalDouble divisor) {
    return dividend.isEmpty() || divisor.isEmpty()
        ? NONE
        : number("%.2f", OptionalDouble.of(dividend.getAsDouble() / divisor.getAsDouble()));
  }

  private OptionalDouble median(
      ComparedBenchmark row, ComparedRunner runner, ToDoubleFunction<RunResult> of) {
    double[] figures =
        results.stream()
            .filter(result -> row.is(result) && result.runner().equals(runner.resultName()))
            .mapToDouble(of)
            .sorted()
            .toArray();
    if (figures.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = figures.length / 2;
    return OptionalDouble.of(
        figures.length % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2);
  }

  private void addReasons(List<ComparedBenchmark> rows, List<String> lines) {
    List<String> reasons = new ArrayList<>();
    for (ComparedBenchmark row : rows) {
      for (ComparedRunner runner : runners) {
        String failure = failures.get(new Cell(row.name(), runner));
        String reason = failure == null ? runner.cannot(row).orElse(null) : failure;
        if (reason != null && (failure != null || runner != ComparedRunner.HAND)) {
          reasons.add("- " + row.name() + " on " + runner.title() + " " + reason);
        }
      }
    }
    if (!reasons.isEmpty()) {
      lines.add("");
      lines.addAll(reasons);
    }
  }
}
