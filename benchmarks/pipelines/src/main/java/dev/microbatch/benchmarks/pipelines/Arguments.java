package dev.microbatch.benchmarks.pipelines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Options of a command line, {@code --name=value}, of which each is taken once. */
final class Arguments {

  private final List<String> left;

  Arguments(String... args) {
    this.left = new ArrayList<>(Arrays.asList(args));
  }

  /** The value of an option; of several the last. */
  Optional<String> take(String name) {
    String prefix = "--" + name + "=";
    String value = null;
    for (String arg : left) {
      if (arg.startsWith(prefix)) {
        value = arg.substring(prefix.length());
      }
    }
    left.removeIf(arg -> arg.startsWith(prefix));
    return Optional.ofNullable(value);
  }

  /**
   * The value of an option that is a number.
   *
   * @throws IllegalArgumentException if it is none, or below {@code least}
   */
  long takeLong(String name, long otherwise, long least) {
    Optional<String> value = take(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    String problem = "--" + name + "=" + value.get() + " is not accepted: it must be ";
    try {
      long number = Long.parseLong(value.get());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(problem + "a whole number", e);
    }
    throw new IllegalArgumentException(problem + "at least " + least);
  }

  /** As {@link #takeLong}, for numbers up to {@link Integer#MAX_VALUE}. */
  int takeInt(String name, int otherwise, int least) {
    long number = takeLong(name, otherwise, least);
    if (number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "--" + name + "=" + number + " is not accepted: it must be at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** What nobody has taken. */
  List<String> rest() {
    return List.copyOf(left);
  }
}
