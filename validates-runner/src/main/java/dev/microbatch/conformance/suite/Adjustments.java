package dev.microbatch.conformance.suite;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Pipeline options that some tests need in every mode. They stand in one file, {@code
 * adjustments.json}.
 *
 * @param all in the order of the file; those that match a test take effect one after the other
 */
public record Adjustments(List<Adjustment> all) {

  /**
   * Options of some tests.
   *
   * @param tests pattern of their names
   * @param options pipeline options, such as {@code --parallelism=1}
   * @param reason why the tests mean something else without them
   */
  public record Adjustment(String tests, List<String> options, String reason) {

    /** Checks that it says why. */
    public Adjustment {
      options = List.copyOf(options);
      if (reason == null || reason.isBlank()) {
        throw new IllegalArgumentException("The adjustment of %s has no reason".formatted(tests));
      }
    }

    boolean matches(TestId test) {
      return new TestPattern(tests).matches(test);
    }
  }

  /** Copies the list. */
  public Adjustments {
    all = List.copyOf(all);
  }

  /** Reads the file of this module. */
  public static Adjustments load() throws IOException {
    return parse(Adjustments.class.getResourceAsStream("/conformance/adjustments.json"));
  }

  /**
   * Parses an array of objects with {@code tests}, {@code options} and {@code reason}.
   *
   * @throws IOException if it is something else
   */
  public static Adjustments parse(InputStream json) throws IOException {
    try (json) {
      return new Adjustments(
          new ObjectMapper().readValue(json, new TypeReference<List<Adjustment>>() {}));
    }
  }

  /**
   * Returns the options of a test's pipelines: one that is adjusted takes the place of the one of
   * that name.
   *
   * @param test the test
   * @param options those of all tests, such as {@code --parallelism=3}
   */
  public List<String> of(TestId test, List<String> options) {
    List<String> adjusted = new ArrayList<>(options);
    for (Adjustment adjustment : all) {
      if (adjustment.matches(test)) {
        for (String option : adjustment.options()) {
          String name = option.split("=", 2)[0];
          adjusted.removeIf(other -> other.split("=", 2)[0].equals(name));
          adjusted.add(option);
        }
      }
    }
    return adjusted;
  }
}
