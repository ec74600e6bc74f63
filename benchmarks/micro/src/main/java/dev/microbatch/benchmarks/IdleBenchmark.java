package dev.microbatch.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.microbatch.benchmarks.idle.Quiet;
import dev.microbatch.runner.MicroBatchResult;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;

/**
 * Measures what streams take that have little or nothing to do, and how long a record takes that
 * comes after a while. See {@code --help}.
 */
public final class IdleBenchmark {

  private static final String USAGE =
      """
      Runs streams that have little or nothing to do, one after the other, and prints how much of a
      core the process takes meanwhile, and how long records take that come one by one.

        --seconds=N        how long each is measured; default 20
        --warm-up=N        how many seconds come before; default 10
        --parallelism=N    how many threads the runner may use; default 2
        --streams=A,B      which ones, of %s;
                           default all
        --checkpointDir=D  each keeps checkpoints, in a directory of its own below D
        --most=N           fails if a stream without records takes more than so many tenths of a
                           per cent of a core; default 1000000: it does not
        --help             prints this

      All other options are passed on to the runner.
      """
          .formatted(names());

  private static final Logger ROOT = Logger.getLogger("");

  private final PrintStream out;
  private final int seconds;
  private final int warmUp;
  private final int parallelism;
  private final int most;
  private final List<Quiet> streams;
  private final @Nullable String checkpointDir;
  private final BenchmarkArguments.Rest rest;

  private IdleBenchmark(PrintStream out, BenchmarkArguments.Rest rest) {
    this.out = out;
    this.seconds = rest.takeInt("seconds", 20, 1);
    this.warmUp = rest.takeInt("warm-up", 10, 0);
    this.parallelism = rest.takeInt("parallelism", 2, 1);
    this.most = rest.takeInt("most", 1_000_000, 1);
    this.streams = streams(rest.take("streams", names()));
    this.checkpointDir = rest.take("checkpointDir");
    this.rest = rest;
  }

  /**
   * Runs, prints, and exits with 1 if a stream takes too much.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    ROOT.setLevel(Level.WARNING);
    if (Arrays.asList(args).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    try {
      if (!run(System.out, args)) {
        System.exit(1);
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Runs.
   *
   * @param out takes the figures
   * @param args see {@code --help}
   * @return whether no stream without records takes too much
   */
  static boolean run(PrintStream out, String... args) {
    return new IdleBenchmark(out, new BenchmarkArguments.Rest(args)).run();
  }

  private static String names() {
    return Arrays.stream(Quiet.values())
        .map(IdleBenchmark::nameOf)
        .collect(Collectors.joining(","));
  }

  private static String nameOf(Quiet stream) {
    return stream.name().toLowerCase(Locale.ROOT);
  }

  private static List<Quiet> streams(String names) {
    List<Quiet> streams = new ArrayList<>();
    for (String name : names.split(",")) {
      streams.add(
          Arrays.stream(Quiet.values())
              .filter(stream -> nameOf(stream).equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--streams has " + name + ", which is none of " + names())));
    }
    return streams;
  }

  private boolean run() {
    boolean fine = true;
    for (Quiet stream : streams) {
      double percent = measure(stream);
      long[] latencies = Quiet.takeLatencies();
      out.printf(
          Locale.ROOT,
          "%-32s %6.2f %% of a core%s%n",
          stream.description(),
          percent,
          latencies.length == 0 ? "" : describe(latencies));
      fine &= latencies.length > 0 || percent * 10 <= most;
    }
    return fine;
  }

  private double measure(Quiet stream) {
    List<String> args = new ArrayList<>(rest.left);
    args.add("--runner=MicroBatchRunner");
    args.add("--jobName=idle");
    args.add("--blockOnRun=false");
    args.add("--parallelism=" + parallelism);
    if (checkpointDir != null) {
      args.add("--checkpointDir=" + checkpointDir + "/" + nameOf(stream));
    }
    PipelineOptions options = PipelineOptionsFactory.fromArgs(args.toArray(String[]::new)).create();
    MicroBatchResult result = (MicroBatchResult) stream.pipeline(options).run();
    await(result, warmUp);
    Quiet.takeLatencies();
    System.gc();
    long cpu = cpuNanos();
    long start = System.nanoTime();
    await(result, seconds);
    double percent = 100.0 * (cpuNanos() - cpu) / (System.nanoTime() - start);
    result.cancel();
    result.waitUntilFinish();
    return percent;
  }

  private static void await(MicroBatchResult result, int seconds) {
    if (seconds > 0 && result.waitUntilFinish(Duration.standardSeconds(seconds)) != null) {
      throw new IllegalStateException("the pipeline has ended: " + result.getState());
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static String describe(long[] sorted) {
    return String.format(
        Locale.ROOT,
        ", %d records in %.1f ms (median), %.1f ms (99 %%), %.1f ms (longest)",
        sorted.length,
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6,
        sorted[sorted.length - 1] / 1e6);
  }
}
