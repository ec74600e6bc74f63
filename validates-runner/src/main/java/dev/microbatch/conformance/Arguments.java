package dev.microbatch.conformance;

import dev.microbatch.conformance.suite.Mode;
import dev.microbatch.conformance.suite.Suite;
import dev.microbatch.conformance.suite.TestCase;
import dev.microbatch.conformance.suite.TestPattern;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What was typed: {@link #USAGE} says what each argument means. */
final class Arguments {

  static final String USAGE =
      """
      Runs Beam's test suites on a runner.

        --suite=NAME,...     ValidatesRunner, NeedsRunner, Extensions, or all (if not given)
        --mode=NAME,...      of modes.json, or all; 'default' if not given
        --tests=PATTERN,...  only ParDoTest, ParDoTest.TimerTests.*, *.testWindowed*, a package, ...
        --category=NAME,...  only tests of one of these, such as UsesTestStream
        --verbose            print what the tests print, and whole stack traces
        --list               print the tests and run nothing
        --debug              one JVM, which waits for a debugger on port 5005; no test times out

        --runner=NAME        TestMicroBatchRunner if not given
        --option=OPTION      one more pipeline option: --option=--streaming
        --jvm=ARGUMENT       one more argument of the JVMs for tests: --jvm=-Xmx2g (4g if not given)
        --forks=N            JVMs that run tests side by side; 2 if not given, 1 if verbose
        --timeout=SECONDS    for one test; 120 if not given
        --include-excluded   run the tests of exclusions.json too

        --out=DIRECTORY      where the results go; target/conformance if not given
        --scoreboard=FILE    make a Markdown file, and a JSON file beside it, of the results in the
                             --out directory; run nothing
      An argument without a value (--tests=) counts as not given.
      """;

  private static final Set<String> FLAGS =
      Set.of("verbose", "list", "debug", "include-excluded", "help");
  private static final Set<String> VALUES =
      Set.of(
          "suite",
          "mode",
          "tests",
          "category",
          "runner",
          "option",
          "jvm",
          "forks",
          "timeout",
          "out",
          "scoreboard");

  private final Map<String, List<String>> given = new HashMap<>();

  /**
   * Takes the command line apart.
   *
   * @throws UsageException if an argument is not known
   */
  Arguments(String... args) {
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      String name = arg.startsWith("--") ? parts[0].substring(2) : "";
      if (!(parts.length == 1 ? FLAGS : VALUES).contains(name)) {
        throw new UsageException("Not an argument: " + arg);
      }
      String value = parts.length == 1 ? "" : parts[1];
      if (parts.length == 1 || !value.isBlank()) {
        given.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
      }
    }
  }

  boolean has(String flag) {
    return given.containsKey(flag);
  }

  List<Suite> suites() {
    return named("suite", "all", Suite.all(), Suite::name);
  }

  List<Mode> modes() throws IOException {
    return named("mode", "default", Mode.all(), Mode::name);
  }

  String runner() {
    return last("runner").orElse("TestMicroBatchRunner");
  }

  /** Returns the options of the pipelines in a mode. */
  List<String> options(Mode mode) {
    List<String> options = new ArrayList<>();
    if (mode.options().stream().noneMatch(option -> option.startsWith("--runner="))) {
      options.add("--runner=" + runner());
    }
    options.addAll(mode.options());
    options.addAll(all("option"));
    return options;
  }

  List<String> jvm() {
    List<String> jvm = new ArrayList<>();
    jvm.add("-Xmx4g");
    if (has("debug")) {
      jvm.add("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=localhost:5005");
    }
    jvm.addAll(all("jvm"));
    return jvm;
  }

  int forks() {
    return has("debug") ? 1 : number("forks", has("verbose") ? 1 : 2);
  }

  Duration timeout() {
    return has("debug") ? Duration.ofDays(1) : Duration.ofSeconds(number("timeout", 120));
  }

  Path out() {
    return Path.of(last("out").orElse("target/conformance"));
  }

  Optional<Path> scoreboard() {
    return last("scoreboard").map(Path::of);
  }

  /** Returns whether not all tests of a suite are wanted. */
  boolean isSelection() {
    return has("tests") || has("category");
  }

  boolean selects(TestCase test) {
    return (!has("tests")
            || split("tests").stream().anyMatch(text -> new TestPattern(text).matches(test.id())))
        && (!has("category") || split("category").stream().anyMatch(test.categories()::contains));
  }

  private <T> List<T> named(
      String argument, String preset, List<T> known, Function<T, String> name) {
    List<String> wanted = has(argument) ? split(argument) : List.of(preset);
    if (wanted.contains("all")) {
      return known;
    }
    List<String> names = known.stream().map(name).toList();
    for (String one : wanted) {
      if (!names.contains(one)) {
        throw new UsageException("--%s=%s: known are %s and all".formatted(argument, one, names));
      }
    }
    return known.stream().filter(one -> wanted.contains(name.apply(one))).toList();
  }

  private int number(String argument, int preset) {
    try {
      int number = last(argument).map(Integer::parseInt).orElse(preset);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same complaint as for a number that is too small.
    }
    throw new UsageException("--%s takes a positive number".formatted(argument));
  }

  private List<String> all(String argument) {
    return given.getOrDefault(argument, List.of());
  }

  private Optional<String> last(String argument) {
    List<String> values = all(argument);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
  }

  private List<String> split(String argument) {
    return all(argument).stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(String::strip)
        .toList();
  }
}
