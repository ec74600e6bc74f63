package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Workload;
import java.util.Collection;

/** What {@code --help} prints. */
final class Usage {

  private static final String OPTIONS =
      """
      Runs benchmark pipelines several times in one JVM, checks every result, and prints speeds.

        --pipelines=a,b     which to run, or "all"; default maps,sum,wordcount
        --parallelism=N     how many threads the runner may use; default 2
        --iterations=N      how many runs are measured; default 5
        --warmup=N          how many runs come before; default 2
        --scale=X           multiplies the number of records; default 1
        --directory=D       where input files are, or are made if missing; default a directory
                            in java.io.tmpdir
        --plain             runs the hand-written variants as well, where there are any
        --profile[=FILE]    records the measured runs with JFR and prints the hottest frames;
                            keeps the recording of the last pipeline in FILE
        --json=FILE         writes the results to FILE
        --help              prints this

      All other options are passed on to the runner. A run's time is that of Pipeline.run() up
      to the end; a wrong result fails the benchmark.

      Pipelines:
      """;

  private Usage() {}

  /**
   * The text.
   *
   * @param workloads what can be run
   */
  static String text(Collection<Workload> workloads) {
    StringBuilder text = new StringBuilder(OPTIONS);
    for (Workload workload : workloads) {
      text.append(String.format("  %-10s %s%n", workload.name(), workload.description()));
    }
    return text.toString();
  }
}
