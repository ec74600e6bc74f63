package dev.microbatch.benchmarks.pipelines;

import dev.microbatch.benchmarks.pipelines.ComparisonTable.Cell;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares runners: runs each benchmark on each of them in turn, several times, each time in a new
 * JVM, so that what else the machine does meets all alike. Appends each run to a file, from which
 * an interrupted comparison resumes, and prints a Markdown table. See {@code --help}.
 */
public final class Compare {

  private static final String HELP =
      """
      Runs benchmarks on several runners in turn, each time in a new JVM, and prints a table.

        --benchmarks=B,C  which, or "all"; default all
        --runners=R,S     of micro-batch, direct, flink, spark, hand; default
                          micro-batch,flink,spark,hand
        --rounds=N        how many JVMs for each benchmark and runner; default 2. Streams (B10,
                          B11) are measured cold: one run in each of at least 3 JVMs
        --warmup=N        how many runs of a JVM are not measured; default 2
        --runs=N          how many are; default 3
        --scale=X         multiplies the numbers of records; default 1
        --heap=H          the heap of a JVM; default 4g
        --timeout=S       after how many seconds a JVM is ended; default 600
        --results=FILE    takes a line of JSON for each run, and is resumed from; default
                          results.jsonl in the directory of the class paths
        --table=FILE      takes the table, too
        --class-paths=D   the directory with a file RUNNER.classpath for each runner
        --help            prints this

      A JVM that fails, hangs, or has a wrong result is reported, and tried again the next time.
      What JVMs log is in logs/ in the directory of the class paths.
      """;

  private final PrintStream err;
  private final List<ComparedBenchmark> benchmarks;
  private final List<ComparedRunner> runners;
  private final int rounds;
  private final int warmup;
  private final int runs;
  private final ComparedProcess processes;
  private final ResultsFile results;
  private final Map<Cell, String> failures = new LinkedHashMap<>();

  /**
   * Creates a comparison.
   *
   * @throws IllegalArgumentException if an argument is not accepted
   */
  private Compare(PrintStream err, Arguments arguments) throws IOException {
    this.err = err;
    double scale = scale(arguments);
    this.benchmarks = benchmarks(arguments.take("benchmarks").orElse("all"), scale);
    this.runners =
        Arrays.stream(arguments.take("runners").orElse("micro-batch,flink,spark,hand").split(","))
            .map(ComparedRunner::of)
            .toList();
    this.rounds = arguments.takeInt("rounds", 2, 1);
    this.warmup = arguments.takeInt("warmup", 2, 0);
    this.runs = arguments.takeInt("runs", 3, 1);
    String heap = arguments.take("heap").orElse("4g");
    int timeoutSeconds = arguments.takeInt("timeout", 600, 1);
    Path classPaths =
        Path.of(
            arguments
                .take("class-paths")
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "--class-paths is missing; run benchmarks/compare, which gives it")));
    this.processes = new ComparedProcess(classPaths, heap, timeoutSeconds);
    this.results =
        new ResultsFile(
            arguments.take("results").map(Path::of).orElse(classPaths.resolve("results.jsonl")));
  }

  private static double scale(Arguments arguments) {
    String value = arguments.take("scale").orElse("1");
    try {
      double scale = Double.parseDouble(value);
      if (scale > 0) {
        return scale;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--scale=" + value + " is not accepted: it must be a number", e);
    }
    throw new IllegalArgumentException(
        "--scale=" + value + " is not accepted: it must be greater than 0");
  }

  private static List<ComparedBenchmark> benchmarks(String names, double scale) {
    List<Catalogue.Entry> entries =
        names.equals("all")
            ? Catalogue.all()
            : Arrays.stream(names.split(",")).map(Catalogue::get).toList();
    return entries.stream().map(entry -> ComparedBenchmark.of(entry, scale)).toList();
  }

  /**
   * Runs a comparison and ends the JVM.
   *
   * @param args see {@code --help}
   * @throws IOException if a file cannot be read or written
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(run(System.out, System.err, args));
  }

  /**
   * Runs a comparison.
   *
   * @param out takes the table
   * @param err is told what runs, and what is wrong
   * @param args see {@code --help}
   * @return the exit status: 1 if a JVM failed, 2 if an argument is not accepted
   */
  static int run(PrintStream out, PrintStream err, String... args)
      throws IOException, InterruptedException {
    if (Arrays.asList(args).contains("--help")) {
      out.print(HELP);
      return 0;
    }
    try {
      Arguments arguments = new Arguments(args);
      Compare compare = new Compare(err, arguments);
      Path table = arguments.take("table").map(Path::of).orElse(null);
      if (!arguments.rest().isEmpty()) {
        throw new IllegalArgumentException(
            arguments.rest().get(0) + " is not accepted; see --help");
      }
      boolean complete = compare.runAll();
      List<String> lines =
          new ComparisonTable(compare.results.all(), compare.runners, compare.failures)
              .lines(compare.benchmarks);
      lines.forEach(out::println);
      if (table != null) {
        Files.write(table, lines);
      }
      return complete ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  /** Runs what the results do not have yet; says whether all of it succeeded. */
  private boolean runAll() throws IOException, InterruptedException {
    boolean complete = true;
    for (ComparedBenchmark benchmark : benchmarks) {
      for (int round = 1; round <= benchmark.rounds(rounds); round++) {
        for (ComparedRunner runner : runners) {
          Cell cell = new Cell(benchmark.name(), runner);
          boolean wanted = runner.cannot(benchmark).isEmpty() && !failures.containsKey(cell);
          if (wanted && !results.has(benchmark, runner, round)) {
            complete &= runOne(benchmark, runner, round);
          }
        }
      }
    }
    return complete;
  }

  /** Runs one JVM; says whether it gave what it should. */
  private boolean runOne(ComparedBenchmark benchmark, ComparedRunner runner, int round)
      throws IOException, InterruptedException {
    String what = benchmark.name() + " on " + runner.title() + ", round " + round;
    err.println(what);
    boolean cold = benchmark.isCold();
    try {
      results.add(processes.run(benchmark, runner, cold ? 0 : warmup, cold ? 1 : runs, round));
      return true;
    } catch (ComparedProcess.FailedException e) {
      err.println(what + " failed: " + e.getMessage());
      failures.put(new Cell(benchmark.name(), runner), "failed: " + e.getMessage());
      return false;
    }
  }
}
