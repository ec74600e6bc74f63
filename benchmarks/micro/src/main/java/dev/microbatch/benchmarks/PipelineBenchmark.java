package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Outcome;
import dev.microbatch.benchmarks.pipelines.PlainJava;
import dev.microbatch.benchmarks.pipelines.Workload;
import dev.microbatch.benchmarks.pipelines.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures pipelines: how many records a second a runner works off. See {@code --help}.
 *
 * <p>All runs happen in one JVM, so after the first they are warm. Every result is checked.
 */
public final class PipelineBenchmark {

  /** Held, because the logging framework holds its loggers weakly. */
  private static final Logger ROOT = Logger.getLogger("");

  private PipelineBenchmark() {}

  /**
   * Runs benchmarks and prints their figures.
   *
   * @param args see {@code --help}
   * @throws IOException if an input or output file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    ROOT.setLevel(Level.WARNING);
    if (Arrays.asList(args).contains("--help")) {
      BenchmarkArguments defaults = BenchmarkArguments.parse();
      System.out.print(Usage.text(Workloads.all(defaults.directory(), defaults.scale()).values()));
      return;
    }
    try {
      run(BenchmarkArguments.parse(args), System.out);
    } catch (IllegalArgumentException | WrongResultException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Runs benchmarks.
   *
   * @param arguments which and how
   * @param out takes the figures
   * @throws IOException if an input or output file cannot be read or written
   * @throws WrongResultException if a pipeline has a wrong result
   */
  static void run(BenchmarkArguments arguments, PrintStream out) throws IOException {
    Map<String, Workload> known = Workloads.all(arguments.directory(), arguments.scale());
    Report report = new Report(out);
    Harness harness = new Harness(arguments, report);
    for (Workload workload : arguments.choose(known)) {
      Outcome expected = workload.expected();
      harness.measure(workload, new PipelineSubject(workload, arguments.beamArguments()), expected);
      if (arguments.plain() && workload instanceof PlainJava plain) {
        harness.measure(workload, new PlainSubject(plain, arguments.parallelism()), expected);
      }
    }
    report.table();
    if (arguments.json().isPresent()) {
      report.write(arguments.json().get());
    }
  }
}
