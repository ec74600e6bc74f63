package dev.microbatch.kafka.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.checkerframework.checker.nullness.qual.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What was typed. */
final class Arguments {

  @Option(names = "--kills", paramLabel = "N", description = "How often to kill.")
  private int kills = 100;

  @Option(
      names = "--seed",
      paramLabel = "N",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Chooses keys and moments; another one each time if not given.")
  private long seed = ThreadLocalRandom.current().nextInt(1_000_000);

  @Option(names = "--rate", paramLabel = "N", description = "Events per second.")
  private int rate = 1_000;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "How many events there are at least: they continue after the last kill.")
  private int events = 20_000;

  @Option(names = "--keys", paramLabel = "N", description = "How many keys they have.")
  private int keys = 200;

  @Option(
      names = "--interval",
      paramLabel = "MILLIS",
      description = "The pipeline's --checkpointIntervalMillis.")
  private int interval = 200;

  @Option(
      names = "--option",
      paramLabel = "OPTION",
      description = "One more option of the pipeline: --option=--parallelism=4.")
  private List<String> options = new ArrayList<>();

  @Option(
      names = "--jvm",
      paramLabel = "ARGUMENT",
      description = "One more argument of the pipeline's JVM: --jvm=-Xmx1g.")
  private List<String> jvm = new ArrayList<>();

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "After how long without any result the run is given up.")
  private int patience = 60;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description =
          "Gets logs and checkpoints. If not given, a temporary one, deleted if all is well.")
  private @Nullable Path directory;

  @Option(names = "--json", paramLabel = "FILE", description = "Gets the report as JSON.")
  private @Nullable Path json;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  @SuppressWarnings("unused") // by picocli alone
  private boolean help;

  @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Makes sure that all numbers can be used.
   *
   * @throws CommandLine.ParameterException if one cannot
   */
  void check() {
    atLeast(0, kills, "--kills");
    atLeast(1, rate, "--rate");
    atLeast(1, events, "--events");
    atLeast(1, keys, "--keys");
    atLeast(1, interval, "--interval");
    atLeast(1, patience, "--patience");
  }

  int kills() {
    return kills;
  }

  long seed() {
    return seed;
  }

  int rate() {
    return rate;
  }

  int events() {
    return events;
  }

  int keys() {
    return keys;
  }

  int intervalMillis() {
    return interval;
  }

  List<String> options() {
    return options;
  }

  List<String> jvm() {
    return jvm;
  }

  int patienceSeconds() {
    return patience;
  }

  /** Returns the directory, which exists. */
  Path directory() throws IOException {
    if (directory == null) {
      return Files.createTempDirectory("kill-test-");
    }
    return Files.createDirectories(directory);
  }

  boolean keepsDirectory() {
    return directory != null;
  }

  Optional<Path> json() {
    return Optional.ofNullable(json);
  }

  private void atLeast(int least, int value, String option) {
    if (value < least) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "%s=%d is not accepted: it must be at least %d".formatted(option, value, least));
    }
  }
}
