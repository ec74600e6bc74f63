package dev.microbatch.translation.graph;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes step names the same in every JVM. Beam names a transform that was given no name after the
 * function in it, and the class name of a lambda holds a counter and an address. These are left
 * out, and names that become the same by this are numbered.
 */
public final class StepNames {
  private static final Pattern LAMBDA = Pattern.compile("Lambda(\\$\\d+)?(/0x[0-9a-f]+|/\\d+)?");

  private final Set<String> used = new HashSet<>();

  StepNames() {}

  /** A text without the counters and addresses in names of lambda classes. */
  public static String withoutAddresses(String text) {
    return LAMBDA.matcher(text).replaceAll("Lambda");
  }

  /**
   * A name that has not been given before.
   *
   * @param fullName Beam's unique name
   */
  String stable(String fullName) {
    String name = withoutAddresses(fullName);
    String numbered = name;
    for (int i = 2; !used.add(numbered); i++) {
      numbered = name + '#' + i;
    }
    return numbered;
  }
}
