package dev.microbatch.conformance.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.microbatch.conformance.worker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The results of one suite in one mode.
 *
 * @param suite its name
 * @param mode its name
 * @param runner as in {@code --runner}
 * @param beamVersion version of the SDK that the tests ran with
 * @param options the pipeline options of every test
 * @param complete whether the whole suite was run, not a selection of its tests
 * @param tests in the order of their names
 */
public record RunResult(
    String suite,
    String mode,
    String runner,
    String beamVersion,
    List<String> options,
    boolean complete,
    List<TestResult> tests) {

  private static final String RESULTS = "results.json";
  private static final String FAILURES = "failures.txt";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Copies the lists. */
  public RunResult {
    options = List.copyOf(options);
    tests = List.copyOf(tests);
  }

  /** Returns how many passed, failed and were skipped. */
  public Counts counts() {
    return Counts.of(tests);
  }

  /** Returns the tests that failed. */
  public List<TestResult> failures() {
    return tests.stream().filter(test -> test.status().verdict() == Verdict.FAILED).toList();
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IOException if there is nothing, or something else
   */
  public static RunResult read(Path directory) throws IOException {
    return JSON.readValue(directory.resolve(RESULTS).toFile(), RunResult.class);
  }

  /** Returns whether there is a result in a directory. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(RESULTS));
  }

  /** Writes {@code results.json} and, for people to read, {@code failures.txt}. */
  public void write(Path directory) throws IOException {
    JSON.writeValue(directory.resolve(RESULTS).toFile(), this);
    Files.writeString(
        directory.resolve(FAILURES),
        failures().stream().map(TestResult::describe).collect(Collectors.joining("\n\n")));
  }
}
