package dev.microbatch.conformance.suite;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Tests that are not run, and why. Either by category or by name.
 *
 * @param category simple name of the category, or null
 * @param tests pattern of the names, or null
 * @param reason why no runner of this kind can pass them
 */
public record Exclusion(@Nullable String category, @Nullable String tests, String reason) {

  /** Checks that it says which tests, in one way, and why. */
  public Exclusion {
    if ((category == null) == (tests == null)) {
      throw new IllegalArgumentException(
          "An exclusion has either a category or tests: category %s, tests %s, reason %s"
              .formatted(category, tests, reason));
    }
    if (reason == null || reason.isBlank()) {
      throw new IllegalArgumentException(
          "The exclusion of %s has no reason".formatted(category == null ? tests : category));
    }
  }

  /** Returns whether this excludes a test. */
  public boolean matches(TestCase test) {
    return tests == null
        ? test.categories().contains(category)
        : new TestPattern(tests).matches(test.id());
  }

  /** Returns the category or pattern, as written. */
  public String subject() {
    return tests == null ? String.valueOf(category) : tests;
  }
}
