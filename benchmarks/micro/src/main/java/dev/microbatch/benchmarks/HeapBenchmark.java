package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.heap.Kept;
import dev.microbatch.benchmarks.heap.LiveHeap;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Measures how much heap each entry takes that a pipeline keeps: a session, a group, an
 * accumulator, a state with a timer. See {@code --help}.
 */
public final class HeapBenchmark {

  private static final String USAGE =
      """
      Fills a stream with one entry per key, for each kind of entry, and prints by how many bytes
      the live heap has grown for each, after a full collection. The key, and the value where there
      is one, are part of it.

        --keys=N           how many; default 1000000
        --parallelism=N    how many threads the runner may use; default 2
        --help             prints this

      All other options are passed on to the runner.
      """;

  private HeapBenchmark() {}

  /**
   * Runs and prints.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    BenchmarkMain.run(USAGE, HeapBenchmark::run, args);
  }

  /**
   * Runs.
   *
   * @param out takes the table
   * @param args see {@code --help}
   * @throws IllegalArgumentException if an argument is not accepted
   */
  static void run(PrintStream out, String... args) {
    BenchmarkArguments.Rest rest = new BenchmarkArguments.Rest(args);
    int keys = rest.takeInt("keys", 1_000_000, 1);
    int parallelism = rest.takeInt("parallelism", 2, 1);
    List<String> options = rest.left;
    options.add("--runner=MicroBatchRunner");
    options.add("--blockOnRun=false");
    options.add("--parallelism=" + parallelism);
    out.println("| kept | bytes |");
    out.println("| --- | --- |");
    for (Kept kept : Kept.values()) {
      double bytes =
          LiveHeap.perKey(
              kept, PipelineOptionsFactory.fromArgs(options.toArray(String[]::new)).create(), keys);
      out.printf(Locale.ROOT, "| %s | %,.0f |%n", kept.description(), bytes);
    }
  }
}
