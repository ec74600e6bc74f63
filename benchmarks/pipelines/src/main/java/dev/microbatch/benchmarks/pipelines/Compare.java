package dev.microbatch.benchmarks.pipelines;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
        --rounds=N        how many JVMs for each benchmark and runner; default 2
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

      A JVM that fails, or has a wrong result, is reported and tried again the next time.
      """;

  private final PrintStream err;
  private final List<ComparedBenchmark> benchmarks;
  private final List<ComparedRunner> runners;
  private final int rounds;
  private final int warmup;
  private final int runs;
  private final String heap;
  private final int timeoutSeconds;
  private final Path classPaths;
  private final Path results;

  /**
   * Creates a comparison.
   *
   * @throws IllegalArgumentException if an argument is not accepted
   */
  private Compare(PrintStream err, Arguments arguments) {
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
    this.heap = arguments.take("heap").orElse("4g");
    this.timeoutSeconds = arguments.takeInt("timeout", 600, 1);
    this.classPaths =
        Path.of(
            arguments
                .take("class-paths")
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "--class-paths is missing; run benchmarks/compare, which gives it")));
    this.results =
        arguments.take("results").map(Path::of).orElse(classPaths.resolve("results.jsonl"));
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
          new ComparisonTable(compare.read(), compare.runners).lines(compare.benchmarks);
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
    List<RunResult> done = read();
    for (ComparedBenchmark benchmark : benchmarks) {
      for (int round = 1; round <= rounds; round++) {
        for (ComparedRunner runner : runners) {
          boolean exists = runner != ComparedRunner.HAND || benchmark.isWrittenByHand();
          if (exists && !has(done, benchmark, runner, round)) {
            complete &= runOne(benchmark, runner, round);
          }
        }
      }
    }
    return complete;
  }

  private static boolean has(
      List<RunResult> done, ComparedBenchmark benchmark, ComparedRunner runner, int round) {
    return done.stream()
        .anyMatch(
            result ->
                benchmark.is(result)
                    && result.runner().equals(runner.resultName())
                    && result.round() == round);
  }

  private List<RunResult> read() throws IOException {
    if (!Files.exists(results)) {
      return List.of();
    }
    return Files.readAllLines(results).stream().map(RunResult::parse).toList();
  }

  private boolean runOne(ComparedBenchmark benchmark, ComparedRunner runner, int round)
      throws IOException, InterruptedException {
    String what = benchmark.name() + " on " + runner.title() + ", round " + round;
    err.println(what);
    Process process =
        new ProcessBuilder(command(benchmark, runner))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread watch = endAfterTimeout(process);
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("{\"benchmark\"")) {
          lines.add(RunResult.parse(line).in(round).toJson());
        }
      }
    }
    int status = process.waitFor();
    watch.interrupt();
    if (status != 0 || lines.size() != runs) {
      err.println(what + " failed with exit status " + status);
      return false;
    }
    Files.write(results, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return true;
  }

  /** Ends a JVM that takes too long, which closes its output, too. */
  private Thread endAfterTimeout(Process process) {
    Thread watch =
        new Thread(
            () -> {
              try {
                if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                  err.println("ended after --timeout=" + timeoutSeconds + " seconds");
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "timeout");
    watch.setDaemon(true);
    watch.start();
    return watch;
  }

  private List<String> command(ComparedBenchmark benchmark, ComparedRunner runner)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.addAll(runner.jvmArguments());
    command.add("-cp");
    command.add(classPath(runner));
    command.add(Main.class.getName());
    command.add("--benchmark=" + benchmark.name());
    command.add("--n=" + benchmark.sizes().records());
    command.add("--keys=" + benchmark.sizes().keys());
    command.add("--seed=" + benchmark.sizes().seed());
    command.add("--warmup=" + warmup);
    command.add("--runs=" + runs);
    command.addAll(runner.arguments());
    return command;
  }

  private String classPath(ComparedRunner runner) throws IOException {
    Path file = classPaths.resolve(runner.title() + ".classpath");
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          file + " is missing: benchmarks/compare makes it from benchmarks/runners");
    }
    return Files.readString(file).strip();
  }
}
