package dev.microbatch.benchmarks.pipelines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The runs of a comparison, a line of JSON each. A line without an end is one that was being
 * written when the comparison was killed; it is cut off.
 */
final class ResultsFile {

  private final Path path;
  private final List<RunResult> results = new ArrayList<>();

  /**
   * Reads the file, if there is one.
   *
   * @throws IllegalArgumentException if a line is not the result of a run
   */
  ResultsFile(Path path) throws IOException {
    this.path = path;
    if (!Files.exists(path)) {
      return;
    }
    String text = Files.readString(path);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      try {
        results.add(RunResult.parse(line));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            path + " is not accepted: " + e.getMessage() + "; give another file by --results", e);
      }
    }
    if (whole.length() < text.length()) {
      Files.writeString(path, whole);
    }
  }

  /** All runs, those added included. */
  List<RunResult> all() {
    return List.copyOf(results);
  }

  /** Whether a JVM of a round has been measured. */
  boolean has(ComparedBenchmark benchmark, ComparedRunner runner, int round) {
    return results.stream()
        .anyMatch(
            result ->
                benchmark.is(result)
                    && result.runner().equals(runner.resultName())
                    && result.round() == round);
  }

  /** Appends the runs of one JVM: all or, if this process dies meanwhile, perhaps some. */
  void add(List<RunResult> runs) throws IOException {
    StringBuilder lines = new StringBuilder();
    runs.forEach(run -> lines.append(run.toJson()).append('\n'));
    Files.write(
        path,
        lines.toString().getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    results.addAll(runs);
  }
}
