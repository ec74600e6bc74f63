package dev.microbatch.conformance.suite;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * All tests that are not run. They stand in one file, {@code exclusions.json}, so that nothing else
 * can hide a test that fails.
 *
 * @param all in the order of the file; the first that matches a test gives the reason
 */
public record Exclusions(List<Exclusion> all) {

  /** Excludes nothing. */
  public static final Exclusions NONE = new Exclusions(List.of());

  /** Copies the list. */
  public Exclusions {
    all = List.copyOf(all);
  }

  /** Reads the file of this module. */
  public static Exclusions load() throws IOException {
    return parse(Exclusions.class.getResourceAsStream("/conformance/exclusions.json"));
  }

  /**
   * Parses an array of objects with {@code category} or {@code tests}, and {@code reason}.
   *
   * @throws IOException if it is something else
   */
  public static Exclusions parse(InputStream json) throws IOException {
    try (json) {
      return new Exclusions(
          new ObjectMapper().readValue(json, new TypeReference<List<Exclusion>>() {}));
    }
  }

  /** Returns the exclusion of a test, if it is excluded. */
  public Optional<Exclusion> of(TestCase test) {
    return all.stream().filter(exclusion -> exclusion.matches(test)).findFirst();
  }

  /** Returns the exclusions that match none of the tests: they have outlived their reason. */
  public List<Exclusion> unused(Collection<TestCase> tests) {
    return all.stream().filter(exclusion -> tests.stream().noneMatch(exclusion::matches)).toList();
  }
}
