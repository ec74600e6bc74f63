package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Workload;
import dev.microbatch.runner.MicroBatchRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the command line says.
 *
 * @param pipelines the names of the workloads, in the order in which they run
 * @param parallelism how many threads the runner may use
 * @param iterations how many runs are measured
 * @param warmup how many runs come before
 * @param scale by what the sizes are multiplied
 * @param directory where input files are, or are made
 * @param plain whether the hand-written variants run as well
 * @param profile whether a profile is taken
 * @param recording where the profile's recording is kept, if it is
 * @param json where the results are written, if they are
 * @param runnerArguments what is passed on to the runner
 */
record BenchmarkArguments(
    List<String> pipelines,
    int parallelism,
    int iterations,
    int warmup,
    double scale,
    Path directory,
    boolean plain,
    boolean profile,
    Optional<Path> recording,
    Optional<Path> json,
    List<String> runnerArguments) {

  /** Stands for every workload. */
  static final String ALL = "all";

  /**
   * Reads a command line. What is not known here is passed on to the runner.
   *
   * @param args the arguments, each {@code --name=value} or {@code --name}
   * @throws IllegalArgumentException if a value is not accepted
   */
  static BenchmarkArguments parse(String... args) {
    Rest rest = new Rest(args);
    BenchmarkArguments parsed =
        new BenchmarkArguments(
            Arrays.asList(rest.take("pipelines", "maps,sum,wordcount").split(",")),
            rest.takeInt("parallelism", 2, 1),
            rest.takeInt("iterations", 5, 1),
            rest.takeInt("warmup", 2, 0),
            rest.takeScale("scale"),
            Path.of(rest.take("directory", defaultDirectory())),
            rest.has("plain"),
            rest.has("profile") || rest.has("profile="),
            rest.takePath("profile"),
            rest.takePath("json"),
            rest.left);
    for (String left : parsed.runnerArguments()) {
      if (!left.startsWith("--")) {
        throw new IllegalArgumentException(left + " is not accepted: options begin with --");
      }
    }
    return parsed;
  }

  private static String defaultDirectory() {
    return Path.of(System.getProperty("java.io.tmpdir"), "microbatch-benchmarks").toString();
  }

  /**
   * Picks the workloads to run.
   *
   * @param known all of them, by name
   * @throws IllegalArgumentException if one is not known
   */
  List<Workload> choose(Map<String, Workload> known) {
    if (pipelines.equals(List.of(ALL))) {
      return List.copyOf(known.values());
    }
    List<Workload> chosen = new ArrayList<>();
    for (String name : pipelines) {
      Workload workload = known.get(name);
      if (workload == null) {
        throw new IllegalArgumentException(
            "--pipelines has " + name + ", which is none of " + known.keySet() + " or " + ALL);
      }
      chosen.add(workload);
    }
    return chosen;
  }

  /** What to pass to Beam. */
  String[] beamArguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--runner=" + MicroBatchRunner.class.getSimpleName());
    arguments.add("--parallelism=" + parallelism);
    arguments.addAll(runnerArguments);
    return arguments.toArray(String[]::new);
  }

  /** The arguments that nobody has taken yet. */
  static final class Rest {
    final List<String> left;

    Rest(String... args) {
      this.left = new ArrayList<>(Arrays.asList(args));
    }

    @Nullable String take(String name) {
      String prefix = "--" + name + "=";
      String value = null;
      for (int i = left.size() - 1; i >= 0; i--) {
        if (left.get(i).startsWith(prefix)) {
          String found = left.remove(i).substring(prefix.length());
          value = value == null ? found : value; // the last one counts
        }
      }
      return value;
    }

    String take(String name, String otherwise) {
      String value = take(name);
      return value == null ? otherwise : value;
    }

    int takeInt(String name, int otherwise, int least) {
      String value = take(name);
      if (value == null) {
        return otherwise;
      }
      try {
        int number = Integer.parseInt(value);
        if (number >= least) {
          return number;
        }
      } catch (NumberFormatException e) {
        throw refused(name, value, "a number", e);
      }
      throw refused(name, value, "at least " + least, null);
    }

    double takeScale(String name) {
      String value = take(name);
      if (value == null) {
        return 1;
      }
      try {
        double scale = Double.parseDouble(value);
        if (scale > 0) {
          return scale;
        }
      } catch (NumberFormatException e) {
        throw refused(name, value, "a number", e);
      }
      throw refused(name, value, "greater than 0", null);
    }

    Optional<Path> takePath(String name) {
      return Optional.ofNullable(take(name)).map(Path::of);
    }

    /** Whether there is a flag; one without a value is taken. */
    boolean has(String name) {
      String flag = "--" + name;
      return name.endsWith("=")
          ? left.stream().anyMatch(arg -> arg.startsWith(flag))
          : left.removeIf(flag::equals);
    }

    /**
     * Refuses what nobody has taken.
     *
     * @throws IllegalArgumentException if there is something
     */
    void requireEmpty() {
      if (!left.isEmpty()) {
        throw new IllegalArgumentException(left.get(0) + " is not accepted; see --help");
      }
    }

    private static IllegalArgumentException refused(
        String name, String value, String accepted, @Nullable Exception cause) {
      return new IllegalArgumentException(
          "--" + name + "=" + value + " is not accepted: it must be " + accepted, cause);
    }
  }
}
