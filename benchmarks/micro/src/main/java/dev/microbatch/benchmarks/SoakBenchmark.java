package dev.microbatch.benchmarks;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.microbatch.benchmarks.soak.EndlessStream;
import dev.microbatch.benchmarks.soak.Tally;
import dev.microbatch.runner.MicroBatchResult;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;

/**
 * Runs a stream for minutes and watches what should not grow: live heap after a full collection,
 * the checkpoint directory, threads and open files. See {@code --help}.
 */
public final class SoakBenchmark {

  private static final String USAGE =
      """
      Runs a stream with sessions, sliding windows, a stateful function with timers and a side
      input, keys that never return, and a source that gives each record twice; prints now and then
      how much heap is alive after a full collection, how large the checkpoint directory is, and
      how many threads and open files there are. Fails if one of them grows.

        --seconds=N        how long; default 600
        --warm-up=N        how many seconds do not count; default 120: ids of records come and go,
                           and a file of the checkpoint lives for up to 130 commits, before the
                           directory is level
        --commit-millis=N  how much time there is between two commits; default 500
        --every=N          how many seconds there are between two looks; default 10
        --records=N        how many records a second; default 20000
        --ids=N            how many records a second from the source that repeats; default 2000
        --id-seconds=N     for how long their ids are remembered; default 60
        --growth=N         by how many per cent the median of the last third of the looks may be
                           above that of the first third; default 15
        --parallelism=N    how many threads the runner may use; default 2
        --directory=D      where checkpoints go; old ones are deleted. Default a directory in
                           java.io.tmpdir
        --help             prints this
      """;

  private static final Logger ROOT = Logger.getLogger("");

  private final PrintStream out;
  private final int seconds;
  private final int warmUp;
  private final int commitMillis;
  private final int every;
  private final int records;
  private final int ids;
  private final int idSeconds;
  private final int growth;
  private final int parallelism;
  private final Path directory;
  private final List<Look> looks = new ArrayList<>();

  /**
   * What was seen at one moment.
   *
   * @param heap live bytes after a full collection
   * @param disk bytes in the checkpoint directory
   * @param threads how many there are
   * @param files how many are open
   */
  private record Look(long heap, long disk, long threads, long files) {}

  private SoakBenchmark(PrintStream out, BenchmarkArguments.Rest rest) {
    this.out = out;
    this.seconds = rest.takeInt("seconds", 600, 1);
    this.warmUp = rest.takeInt("warm-up", 120, 0);
    this.commitMillis = rest.takeInt("commit-millis", 500, 1);
    this.every = rest.takeInt("every", 10, 1);
    this.records = rest.takeInt("records", 20_000, 1);
    this.ids = rest.takeInt("ids", 2_000, 1);
    this.idSeconds = rest.takeInt("id-seconds", 60, 0);
    this.growth = rest.takeInt("growth", 15, 0);
    this.parallelism = rest.takeInt("parallelism", 2, 1);
    String otherwise = Path.of(System.getProperty("java.io.tmpdir"), "microbatch-soak").toString();
    this.directory = Path.of(rest.take("directory", otherwise));
    if (!rest.left.isEmpty()) {
      throw new IllegalArgumentException(rest.left + " is not known; see --help");
    }
    if ((seconds - warmUp) / every < 3) {
      throw new IllegalArgumentException(
          "There must be at least three looks after the warm-up: --seconds="
              + seconds
              + " --warm-up="
              + warmUp
              + " --every="
              + every);
    }
  }

  /**
   * Runs, prints, and exits with 1 if something grows.
   *
   * @param args see {@code --help}
   * @throws IOException if the directory cannot be used
   */
  public static void main(String[] args) throws IOException {
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
   * @return whether nothing has grown
   * @throws IOException if the directory cannot be used
   */
  static boolean run(PrintStream out, String... args) throws IOException {
    return new SoakBenchmark(out, new BenchmarkArguments.Rest(args)).run();
  }

  private boolean run() throws IOException {
    empty();
    Tally.reset();
    MicroBatchResult result = start();
    out.println(
        "second  live heap KB  checkpoints KB  threads  files  results (ticks, sessions,"
            + " sliding, kept, without ticks)");
    for (int second = every; second <= seconds; second += every) {
      if (result.waitUntilFinish(Duration.standardSeconds(every)) != null) {
        throw new IllegalStateException("the pipeline has ended: " + result.getState());
      }
      look(second);
    }
    result.cancel();
    empty();
    boolean flat = true;
    flat &= isFlat("live heap", Look::heap);
    flat &= isFlat("checkpoints", Look::disk);
    flat &= isFlat("threads", Look::threads);
    flat &= isFlat("files", Look::files);
    return flat;
  }

  private MicroBatchResult start() {
    String[] args = {
      "--runner=MicroBatchRunner",
      "--jobName=soak",
      "--blockOnRun=false",
      "--parallelism=" + parallelism,
      "--recordIdMillis=" + TimeUnit.SECONDS.toMillis(idSeconds),
      "--checkpointDir=" + directory,
      "--checkpointIntervalMillis=" + commitMillis
    };
    return (MicroBatchResult)
        EndlessStream.pipeline(PipelineOptionsFactory.fromArgs(args).create(), records, ids).run();
  }

  private void look(int second) throws IOException {
    System.gc();
    Look look =
        new Look(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            bytesIn(directory),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            openFiles());
    StringBuilder results = new StringBuilder();
    for (Tally tally : Tally.values()) {
      results.append(String.format("  %,d", tally.get()));
    }
    out.printf(
        "%6d  %,12d  %,14d  %7d  %5d%s%n",
        second, look.heap() >> 10, look.disk() >> 10, look.threads(), look.files(), results);
    if (second > warmUp) {
      looks.add(look);
    }
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }

  /** Files may go while they are looked at. */
  private static long bytesIn(Path directory) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        try {
          bytes += Files.size(file);
        } catch (NoSuchFileException e) {
          continue; // it belonged to an old commit
        }
      }
    }
    return bytes;
  }

  private boolean isFlat(String what, ToLongFunction<Look> figure) {
    long[] figures = looks.stream().mapToLong(figure).toArray();
    int third = figures.length / 3;
    long first = median(Arrays.copyOf(figures, third));
    long last = median(Arrays.copyOfRange(figures, figures.length - third, figures.length));
    boolean flat = last <= first * (1 + growth / 100.0);
    out.printf(
        "%-12s %,d at first, %,d at last, %,d to %,d: %s%n",
        what,
        first,
        last,
        Arrays.stream(figures).min().orElse(0),
        Arrays.stream(figures).max().orElse(0),
        flat ? "flat" : "GROWS");
    return flat;
  }

  private static long median(long[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  private void empty() throws IOException {
    Files.createDirectories(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[cdm]-*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }
}
