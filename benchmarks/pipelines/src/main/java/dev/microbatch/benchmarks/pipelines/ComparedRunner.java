package dev.microbatch.benchmarks.pipelines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A runner that can be compared, with the options with which it is fast on two threads. */
enum ComparedRunner {
  MICRO_BATCH("micro-batch", "MicroBatchRunner", "--parallelism=2", ""),
  DIRECT(
      "direct",
      "DirectRunner",
      "--targetParallelism=2 --enforceEncodability=false --enforceImmutability=false",
      ""),
  FLINK(
      "flink",
      "FlinkRunner",
      "--parallelism=2 --objectReuse --fasterCopy --disableMetrics",
      Jvm.OPENED),
  SPARK("spark", "SparkRunner", "--sparkMaster=local[2]", Jvm.OPENED),
  HAND("hand", Main.HAND, "--threads=2", "");

  private static final int CHECKPOINT_MILLIS = 1_000;
  private static final String NO_CHECKPOINTS = "is not run: it has no checkpoints";
  private static final Pattern STREAMS = Pattern.compile("B1[01].*");

  private final String title;
  private final String runner;
  private final String options;
  private final String opened;

  ComparedRunner(String title, String runner, String options, String opened) {
    this.title = title;
    this.runner = runner;
    this.options = options;
    this.opened = opened;
  }

  /** The packages that older engines reach into. */
  private static final class Jvm {
    static final String OPENED =
        "java.io java.lang java.lang.invoke java.net java.nio java.util java.util.concurrent"
            + " java.util.concurrent.atomic sun.nio.ch sun.security.action";
  }

  /** Its name in the comparison, and that of its class path. */
  String title() {
    return title;
  }

  /** Its options of the JVM. */
  List<String> jvmArguments() {
    return opened.isEmpty()
        ? List.of()
        : Arrays.stream(opened.split(" "))
            .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
            .toList();
  }

  /** Its options of {@link Main}. */
  List<String> arguments() {
    List<String> all = new ArrayList<>();
    all.add("--runner=" + runner);
    all.addAll(Arrays.asList(options.split(" ")));
    return all;
  }

  /**
   * Its options for a checkpoint every second.
   *
   * @param directory where checkpoints may be
   * @throws IllegalStateException if it cannot do that
   */
  List<String> checkpointArguments(Path directory) {
    return switch (this) {
      case MICRO_BATCH ->
          List.of(
              "--checkpointDir=" + directory, "--checkpointIntervalMillis=" + CHECKPOINT_MILLIS);
      case FLINK -> List.of("--checkpointingInterval=" + CHECKPOINT_MILLIS);
      case DIRECT, SPARK, HAND -> throw new IllegalStateException(title + " " + NO_CHECKPOINTS);
    };
  }

  /**
   * Why it does not run a benchmark; empty if it does. What it says of peers was tried.
   *
   * @return what may follow the runner's name
   */
  Optional<String> cannot(ComparedBenchmark benchmark) {
    return switch (this) {
      case MICRO_BATCH, FLINK -> Optional.empty();
      case DIRECT ->
          benchmark.workload().isCheckpointed() ? Optional.of(NO_CHECKPOINTS) : Optional.empty();
      case SPARK ->
          STREAMS.matcher(benchmark.name()).matches()
              ? Optional.of("is not run: its streams do not end when their source does")
              : Optional.empty();
      case HAND ->
          benchmark.isWrittenByHand() ? Optional.empty() : Optional.of("is not run: not written");
    };
  }

  /** Whether it runs pipelines, and is not this project's. */
  boolean isPeer() {
    return this != MICRO_BATCH && this != HAND;
  }

  /** The name of it in {@link RunResult}. */
  String resultName() {
    return runner;
  }

  /**
   * The runner of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ComparedRunner of(String title) {
    for (ComparedRunner runner : values()) {
      if (runner.title.equals(title)) {
        return runner;
      }
    }
    throw new IllegalArgumentException(
        "There is no runner "
            + title
            + "; there are "
            + String.join(", ", Arrays.stream(values()).map(ComparedRunner::title).toList()));
  }
}
