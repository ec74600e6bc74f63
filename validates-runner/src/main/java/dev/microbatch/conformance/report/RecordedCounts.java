package dev.microbatch.conformance.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * How many tests of each suite are run. They stand in {@code recorded.json}, so that a test that is
 * no longer found, or that ignores itself, does not go unnoticed.
 *
 * @param executed number of tests by name of the suite
 */
public record RecordedCounts(Map<String, Integer> executed) {

  /** Copies the map. */
  public RecordedCounts {
    executed = Map.copyOf(executed);
  }

  /** Reads the file of this module. */
  public static RecordedCounts load() throws IOException {
    try (InputStream json =
        RecordedCounts.class.getResourceAsStream("/conformance/recorded.json")) {
      return new RecordedCounts(
          new ObjectMapper().readValue(json, new TypeReference<Map<String, Integer>>() {}));
    }
  }

  /** Returns a complaint if a whole suite was run and was smaller than it used to be. */
  public Optional<String> check(RunResult result) {
    int now = result.counts().executed();
    int before = executed.getOrDefault(result.suite(), 0);
    return result.complete() && now < before
        ? Optional.of(
            "%s has shrunk: %d tests were run, %d are recorded in recorded.json"
                .formatted(result.suite(), now, before))
        : Optional.empty();
  }
}
