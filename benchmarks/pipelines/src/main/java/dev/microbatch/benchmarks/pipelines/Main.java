package dev.microbatch.benchmarks.pipelines;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs one benchmark on the runner that the class path has, or the program written by hand, and
 * prints a line of JSON for each measured run. See {@code --help}.
 */
public final class Main {

  /** The runner that is none. */
  static final String HAND = "hand";

  /** What a line begins with that says what has failed. */
  static final String FAILURE = "FAILED: ";

  private static final int PARENT_ENDED = 3;

  private static final String HELP =
      """
      Runs one benchmark several times in one JVM, checks every result, and prints a line of JSON
      for each measured run.

        --benchmark=B     which; needed
        --runner=R        a runner of the class path, or "hand" for the program written by hand;
                          needed
        --n=N             how many records
        --keys=N          how many keys
        --seed=N          chooses the data; default 0
        --warmup=N        how many runs come before; default 2
        --runs=N          how many runs are measured; default 3
        --threads=N       how many threads the program written by hand has; default 2
        --parent=PID      ends the JVM when the process PID has ended
        --help            prints this

      All other options are passed on to the runner. The exit status is 1 if a result is wrong or
      a run fails, 2 if an option is not accepted.

      Benchmarks, with their usual n:
      """;

  /** Held, because the logging framework holds its loggers weakly. */
  private static final Logger ROOT = Logger.getLogger("");

  private Main() {}

  /**
   * Runs a benchmark and ends the JVM.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    ROOT.setLevel(Level.WARNING);
    System.exit(run(System.out, System.err, args));
  }

  /**
   * Runs a benchmark.
   *
   * @param out takes the lines
   * @param err takes the message if something is wrong
   * @param args see {@code --help}
   * @return the exit status
   */
  static int run(PrintStream out, PrintStream err, String... args) {
    if (Arrays.asList(args).contains("--help")) {
      out.print(help());
      return 0;
    }
    Task task;
    try {
      task = Task.parse(args);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return 2;
    }
    try {
      return measure(task, task.workload().expected(), out, err) ? 0 : 1;
    } catch (Exception e) {
      err.println(FAILURE + task.workload().name() + " on " + task.runner() + ": " + e);
      e.printStackTrace(err);
      return 1;
    }
  }

  private static String help() {
    StringBuilder text = new StringBuilder(HELP);
    for (Catalogue.Entry entry : Catalogue.all()) {
      Sizes usual = entry.usual();
      text.append(
          String.format(
              "  %-9s %,11d  %s%n", entry.name(), usual.records(), entry.of(usual).description()));
    }
    return text.toString();
  }

  /**
   * What is to be done.
   *
   * @param workload the benchmark
   * @param sizes how much data
   * @param runner the runner's name
   * @param warmup how many runs come before
   * @param runs how many runs are measured
   * @param program prepares a run; what it returns is measured
   */
  record Task(
      Workload workload,
      Sizes sizes,
      String runner,
      int warmup,
      int runs,
      Supplier<Supplier<Outcome>> program) {

    static Task parse(String... args) {
      Arguments arguments = new Arguments(args);
      Catalogue.Entry entry = Catalogue.get(needed(arguments, "benchmark"));
      String runner = needed(arguments, "runner");
      Sizes usual = entry.usual();
      Sizes sizes =
          new Sizes(
              arguments.takeLong("n", usual.records(), 1),
              arguments.takeInt("keys", usual.keys(), 1),
              arguments.takeLong("seed", usual.seed(), 0));
      int warmup = arguments.takeInt("warmup", 2, 0);
      int runs = arguments.takeInt("runs", 3, 1);
      int threads = arguments.takeInt("threads", 2, 1);
      long parent = arguments.takeLong("parent", 0, 1);
      if (parent > 0) {
        endWith(parent);
      }
      Workload workload = entry.of(sizes);
      Supplier<Supplier<Outcome>> program =
          runner.equals(HAND)
              ? byHand(workload, threads, arguments.rest())
              : pipeline(workload, runner, arguments.rest());
      return new Task(workload, sizes, runner, warmup, runs, program);
    }

    /** Nobody would end a run whose comparison was killed, and it would disturb the next one. */
    private static void endWith(long parent) {
      Optional<ProcessHandle> process = ProcessHandle.of(parent);
      if (process.isEmpty()) {
        throw new IllegalArgumentException(
            "--parent=" + parent + " is not accepted: there is no such process");
      }
      CompletableFuture<Void> unused =
          process.get().onExit().thenRun(() -> Runtime.getRuntime().halt(PARENT_ENDED));
    }

    private static String needed(Arguments arguments, String name) {
      return arguments
          .take(name)
          .orElseThrow(() -> new IllegalArgumentException("--" + name + " is missing; see --help"));
    }

    private static Supplier<Supplier<Outcome>> byHand(
        Workload workload, int threads, List<String> rest) {
      if (!rest.isEmpty()) {
        throw new IllegalArgumentException(
            rest.get(0) + " is not accepted: the program written by hand has no such option");
      }
      if (workload instanceof PlainJava plain) {
        return () -> () -> plain.runPlain(threads);
      }
      throw new IllegalArgumentException(
          "--runner=hand is not accepted: " + workload.name() + " is not written by hand");
    }

    private static Supplier<Supplier<Outcome>> pipeline(
        Workload workload, String runner, List<String> rest) {
      String[] beam = new String[rest.size() + 1];
      beam[0] = "--runner=" + runner;
      for (int i = 0; i < rest.size(); i++) {
        beam[i + 1] = rest.get(i);
      }
      // Once now, so that what Beam does not accept is said at once.
      PipelineOptionsFactory.fromArgs(beam).create().getRunner();
      return () -> {
        PipelineOptions options = PipelineOptionsFactory.fromArgs(beam).create();
        options.setJobName("benchmark-" + workload.name().toLowerCase(Locale.ROOT));
        Pipeline pipeline = Pipeline.create(options);
        workload.build(pipeline);
        Tally.reset();
        Latencies.reset();
        return () -> run(pipeline);
      };
    }

    private static Outcome run(Pipeline pipeline) {
      PipelineResult.State state = pipeline.run().waitUntilFinish();
      if (state != PipelineResult.State.DONE) {
        throw new IllegalStateException("the pipeline ended " + state);
      }
      return Tally.total();
    }
  }

  /** Whether all results were right; stops at the first that is not. */
  static boolean measure(Task task, Outcome expected, PrintStream out, PrintStream err)
      throws IOException {
    Meter meter = new Meter();
    for (int run = 1 - task.warmup(); run <= task.runs(); run++) {
      Meter.Reading reading = meter.measure(task.program().get());
      boolean ok = reading.outcome().equals(expected);
      if (run >= 1 || !ok) {
        out.println(result(task, Math.max(run, 0), reading, ok).toJson());
      }
      if (!ok) {
        err.println(
            String.format(
                "%s%s on %s has a wrong result: %s is not %s",
                FAILURE, task.workload().name(), task.runner(), reading.outcome(), expected));
        return false;
      }
    }
    return true;
  }

  private static @Nullable Double latency(Task task, double share) {
    return task.workload().figure() == Workload.Figure.LATENCY ? Latencies.millis(share) : null;
  }

  private static RunResult result(Task task, int run, Meter.Reading reading, boolean ok)
      throws IOException {
    return new RunResult(
        task.workload().name(),
        task.runner(),
        task.sizes().records(),
        task.sizes().keys(),
        task.sizes().seed(),
        0,
        run,
        task.workload().size() * 1e9 / reading.wallNanos(),
        reading.wallNanos() / 1e9,
        reading.cpuNanos() / 1e9,
        reading.allocatedBytes(),
        Meter.peakRssBytes(),
        latency(task, 0.5),
        latency(task, 0.99),
        ok);
  }
}
