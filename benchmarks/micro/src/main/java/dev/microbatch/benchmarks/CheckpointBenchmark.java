package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.state.BigState;
import dev.microbatch.benchmarks.state.Probe;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.runner.MicroBatchResult;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;

/**
 * Measures what checkpoints of much state cost: how much a commit writes, how long records wait for
 * it, how long a restart takes, and how much slower a pipeline is. See {@code --help}.
 */
public final class CheckpointBenchmark {

  private static final String USAGE =
      """
      Measures what checkpoints cost a pipeline that keeps a value of 1 KB for each of many keys.

        --state-megabytes=N  how much state; default 1024
        --seconds=N          how long each thing is measured; default 20
        --rounds=N           how often the speeds with and without checkpoints are taken, by
                             turns; default 2, 0 for not at all
        --parallelism=N      how many threads the runner may use; default 2
        --directory=D        where checkpoints go; old ones are deleted. Default a directory in java.io.tmpdir
        --help               prints this

      A commit is made every second. First each key comes once; then 1 % of the keys are updated
      every second, and commits and gaps between records are measured; the pipeline is cancelled
      and started again on its checkpoint, up to its first record. Then as many updates as can be
      worked off, with and without checkpoints. The heap (-Dheap=6g) should be several times the
      state.
      """;

  private static final Logger ROOT = Logger.getLogger("");
  private static final Duration POLL = Duration.millis(20);
  private static final int COMMIT_MILLIS = 1000;

  private final PrintStream out;
  private final long keys;
  private final int seconds;
  private final int rounds;
  private final int parallelism;
  private final Path directory;

  private CheckpointBenchmark(PrintStream out, BenchmarkArguments.Rest rest) {
    this.out = out;
    this.keys = BigState.keys(rest.takeInt("state-megabytes", 1024, 1));
    this.seconds = rest.takeInt("seconds", 20, 1);
    this.rounds = rest.takeInt("rounds", 2, 0);
    this.parallelism = rest.takeInt("parallelism", 2, 1);
    String otherwise =
        Path.of(System.getProperty("java.io.tmpdir"), "microbatch-checkpoints").toString();
    this.directory = Path.of(rest.take("directory", otherwise));
    if (!rest.left.isEmpty()) {
      throw new IllegalArgumentException(rest.left + " is not known; see --help");
    }
  }

  /**
   * Measures, and prints the figures.
   *
   * @param args see {@code --help}
   * @throws IOException if the directory cannot be emptied
   */
  public static void main(String[] args) throws IOException {
    ROOT.setLevel(Level.WARNING);
    if (Arrays.asList(args).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    try {
      run(System.out, args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Measures.
   *
   * @param out takes the figures
   * @param args see {@code --help}
   * @throws IOException if the directory cannot be emptied
   */
  static void run(PrintStream out, String... args) throws IOException {
    CheckpointBenchmark benchmark = new CheckpointBenchmark(out, new BenchmarkArguments.Rest(args));
    benchmark.measureCommits();
    benchmark.measureSpeeds();
    benchmark.empty();
  }

  private void measureCommits() throws IOException {
    empty();
    row("keys", keys, "");
    row("load average", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), "");
    long start = System.nanoTime();
    MicroBatchResult result = start(keys / 100.0, true);
    await(result, () -> Probe.records() >= keys);
    row("loading", since(start), "ms");
    CommitStats loaded = awaitCommit(result, 0);
    loaded = awaitCommit(result, loaded.commit()); // the first one may have begun too early
    loaded = awaitCommit(result, loaded.commit());
    watch(result, loaded.commit());
    result.cancel();
    measureRestore();
  }

  /** Looks on while updates come at their pace. */
  private void watch(MicroBatchResult result, long after) {
    SortedMap<Long, CommitStats> commits = new TreeMap<>();
    List<Double> gaps = new ArrayList<>();
    Probe.takeLongestGap();
    long before = Probe.records();
    long start = System.nanoTime();
    for (int second = 1; second <= seconds; second++) {
      long until = TimeUnit.SECONDS.toMillis(second);
      await(
          result,
          () -> {
            result
                .lastCommit()
                .filter(commit -> commit.commit() > after)
                .ifPresent(commit -> commits.put(commit.commit(), commit));
            return since(start) >= until;
          });
      gaps.add(Probe.takeLongestGap() / 1e6);
    }
    row("updates", (Probe.records() - before) * 1000.0 / since(start), "/s");
    row("commits", commits.size(), "");
    List<Double> bytes = commits.values().stream().map(commit -> (double) commit.bytes()).toList();
    List<Double> millis = commits.values().stream().map(commit -> commit.nanos() / 1e6).toList();
    row("bytes of a commit, median", median(bytes), "bytes");
    row("bytes of a commit, most", most(bytes), "bytes");
    row("duration of a commit, median", median(millis), "ms");
    row("duration of a commit, longest", most(millis), "ms");
    row("longest gap in a second, median", median(gaps), "ms");
    row("longest gap", most(gaps), "ms");
  }

  private void measureRestore() {
    System.gc(); // another process would begin with an empty heap
    long start = System.nanoTime();
    MicroBatchResult result = start(keys / 100.0, true);
    await(result, () -> Probe.records() > 0);
    row("restart up to the first record", since(start), "ms");
    result.cancel();
  }

  private void measureSpeeds() throws IOException {
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      with.add(speed(true));
      without.add(speed(false));
    }
    if (rounds > 0) {
      row("with checkpoints " + rounded(with) + ", median", median(with), "/s");
      row("without " + rounded(without) + ", median", median(without), "/s");
      row("with, of without", 100 * median(with) / median(without), "%");
    }
    row("load average", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), "");
  }

  private double speed(boolean checkpoints) throws IOException {
    empty();
    MicroBatchResult result = start(Double.POSITIVE_INFINITY, checkpoints);
    await(result, () -> Probe.records() >= keys);
    long before = Probe.records();
    long start = System.nanoTime();
    await(result, () -> since(start) >= TimeUnit.SECONDS.toMillis(seconds));
    double speed = (Probe.records() - before) * 1000.0 / since(start);
    result.cancel();
    return speed;
  }

  private MicroBatchResult start(double perSecond, boolean checkpoints) {
    Probe.reset();
    List<String> args = new ArrayList<>();
    args.add("--runner=MicroBatchRunner");
    args.add("--jobName=big-state");
    args.add("--blockOnRun=false");
    args.add("--parallelism=" + parallelism);
    args.add("--checkpointIntervalMillis=" + COMMIT_MILLIS);
    if (checkpoints) {
      args.add("--checkpointDir=" + directory);
    }
    return (MicroBatchResult)
        BigState.pipeline(
                PipelineOptionsFactory.fromArgs(args.toArray(String[]::new)).create(),
                keys,
                perSecond)
            .run();
  }

  private static CommitStats awaitCommit(MicroBatchResult result, long after) {
    await(result, () -> result.lastCommit().filter(last -> last.commit() > after).isPresent());
    return result.lastCommit().orElseThrow();
  }

  private static void await(MicroBatchResult result, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (result.waitUntilFinish(POLL) != null) {
        throw new IllegalStateException("the pipeline has ended: " + result.getState());
      }
    }
  }

  private void empty() throws IOException {
    Files.createDirectories(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[cdm]-*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static long since(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.isEmpty()
        ? Double.NaN
        : (sorted.get(middle) + sorted.get((sorted.size() - 1) / 2)) / 2;
  }

  private static double most(List<Double> values) {
    return values.stream().mapToDouble(value -> value).max().orElse(Double.NaN);
  }

  private static List<Long> rounded(List<Double> values) {
    return values.stream().map(Math::round).toList();
  }

  private void row(String what, double value, String unit) {
    out.printf("%-60s %,16.1f %s%n", what, value, unit);
  }
}
