package dev.microbatch.conformance.suite;

import java.util.regex.Pattern;

/**
 * Selects tests by name. A pattern names a package, a class or a method; {@code *} stands for
 * anything. What it names, it selects whole: {@code ParDoTest} selects every method of the class
 * and of the classes nested in it. The package may be left out, and {@code $} and {@code #} written
 * as {@code .}
 */
public final class TestPattern {

  private final String text;
  private final Pattern regex;

  /**
   * Compiles a pattern.
   *
   * @param text such as {@code ParDoTest.BasicTests.testParDo}, {@code ParDoTest*} or {@code
   *     *.testWindowed*}
   */
  public TestPattern(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("A test pattern must not be blank");
    }
    this.text = text;
    StringBuilder regex = new StringBuilder();
    for (String literal : dotted(text).split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    this.regex = Pattern.compile(regex.append("(\\..*)?").toString());
  }

  /** Returns whether this pattern selects a test. */
  public boolean matches(TestId id) {
    return regex.matcher(dotted(id.toString())).matches()
        || regex.matcher(dotted(id.shortName())).matches();
  }

  private static String dotted(String name) {
    return name.replace('$', '.').replace('#', '.');
  }

  @Override
  public String toString() {
    return text;
  }
}
