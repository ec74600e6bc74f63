package dev.microbatch.conformance.suite;

import java.io.Serializable;
import java.util.Comparator;

/**
 * One test method.
 *
 * @param className binary name of the class that is run, which may inherit the method
 * @param method name of the method as JUnit shows it; that of a parameterized test ends in {@code
 *     [index]}
 */
public record TestId(String className, String method) implements Serializable, Comparable<TestId> {

  private static final Comparator<TestId> ORDER =
      Comparator.comparing(TestId::className).thenComparing(TestId::method);

  /** Returns the class without its package, and the method: {@code ParDoTest$BasicTests.testX}. */
  public String shortName() {
    return className.substring(className.lastIndexOf('.') + 1) + "." + method;
  }

  @Override
  public int compareTo(TestId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return className + "." + method;
  }
}
