package dev.microbatch.benchmarks.pipelines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
