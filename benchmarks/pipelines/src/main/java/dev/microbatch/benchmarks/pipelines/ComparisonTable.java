package dev.microbatch.benchmarks.pipelines;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The Markdown table of a comparison: medians of the speeds, this project's against the best
 * peer's, and its time against that of the program written by hand.
 */
final class ComparisonTable {

  private static final String NONE = "-";

  private final List<RunResult> results;
  private final List<ComparedRunner> runners;

  /**
   * Creates the table.
   *
   * @param results all runs; wrong ones are left out
   * @param runners the columns
   */
  ComparisonTable(List<RunResult> results, List<ComparedRunner> runners) {
    this.results = results.stream().filter(RunResult::ok).toList();
    this.runners = runners;
  }

  /**
   * The lines of the table.
   *
   * @param rows the benchmarks and their sizes
   */
  List<String> lines(List<ComparedBenchmark> rows) {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("| records/s | n |");
    StringBuilder rule = new StringBuilder("| --- | --- |");
    for (ComparedRunner runner : runners) {
      head.append(' ').append(runner.title()).append(" |");
      rule.append(" --- |");
    }
    lines.add(head + " micro-batch / best peer | micro-batch's time / hand's |");
    lines.add(rule + " --- | --- |");
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private String line(ComparedBenchmark row) {
    StringBuilder line =
        new StringBuilder(
            String.format(Locale.ROOT, "| %s | %,d |", row.name(), row.sizes().records()));
    for (ComparedRunner runner : runners) {
      OptionalDouble speed = median(row, runner);
      line.append(' ')
          .append(speed.isEmpty() ? NONE : String.format(Locale.ROOT, "%,.0f", speed.getAsDouble()))
          .append(" |");
    }
    OptionalDouble ours = median(row, ComparedRunner.MICRO_BATCH);
    OptionalDouble peer =
        runners.stream()
            .filter(ComparedRunner::isPeer)
            .map(runner -> median(row, runner))
            .flatMapToDouble(OptionalDouble::stream)
            .max();
    return line
        + (" " + ratio(ours, peer) + " | ")
        + (ratio(median(row, ComparedRunner.HAND), ours) + " |");
  }

  private static String ratio(OptionalDouble dividend, OptionalDouble divisor) {
    return dividend.isEmpty() || divisor.isEmpty()
        ? NONE
        : String.format(Locale.ROOT, "%.2f", dividend.getAsDouble() / divisor.getAsDouble());
  }

  private OptionalDouble median(ComparedBenchmark row, ComparedRunner runner) {
    double[] speeds =
        results.stream()
            .filter(result -> row.is(result) && result.runner().equals(runner.resultName()))
            .mapToDouble(RunResult::recordsPerSecond)
            .sorted()
            .toArray();
    if (speeds.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = speeds.length / 2;
    return OptionalDouble.of(
        speeds.length % 2 == 1 ? speeds[middle] : (speeds[middle - 1] + speeds[middle]) / 2);
  }
}
