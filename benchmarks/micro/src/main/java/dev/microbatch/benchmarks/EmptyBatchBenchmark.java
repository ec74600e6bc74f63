package dev.microbatch.benchmarks;

import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.time.EventTime;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;

/**
 * What a batch costs in which nothing happens: two stages with an exchange between them, on two
 * threads, and a source that is asked and has nothing. The engine is driven directly, since the
 * loop runs no such batch.
 */
public final class EmptyBatchBenchmark {

  private static final String USAGE =
      """
      Runs batches in which nothing happens, of two stages, and prints how long one takes.

        --batches=N        how many are measured in a run; default 100000
        --runs=N           how many runs there are; the first two are not printed; default 7
        --parallelism=N    how many partitions a stage has; default 2
        --help             prints this
      """;

  private static final int WARM_UP_RUNS = 2;
  private static final long READ_NANOS = 1_000_000;

  private final int batches;
  private final int runs;
  private final int parallelism;
  private long number;

  private EmptyBatchBenchmark(BenchmarkArguments.Rest rest) {
    this.batches = rest.takeInt("batches", 100_000, 1);
    this.runs = rest.takeInt("runs", 7, WARM_UP_RUNS + 1);
    this.parallelism = rest.takeInt("parallelism", 2, 1);
    rest.requireEmpty();
  }

  /**
   * Runs and prints.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    BenchmarkMain.run(USAGE, EmptyBatchBenchmark::run, args);
  }

  /**
   * Runs.
   *
   * @param out takes the figures
   * @param args see {@code --help}
   * @throws IllegalArgumentException if an argument is not accepted
   */
  static void run(PrintStream out, String... args) {
    new EmptyBatchBenchmark(new BenchmarkArguments.Rest(args)).run(out);
  }

  private void run(PrintStream out) {
    try (DrivenEngine engine = new DrivenEngine(parallelism)) {
      int stages = engine.plan().stages().size();
      for (int run = 1; run <= runs; run++) {
        double micros = measure(engine, stages);
        if (run > WARM_UP_RUNS) {
          out.printf(
              Locale.ROOT,
              "an empty batch of %d stages at parallelism %d: %.1f us%n",
              stages,
              parallelism,
              micros);
        }
      }
    }
  }

  private double measure(DrivenEngine engine, int stages) {
    long start = System.nanoTime();
    for (int i = 0; i < batches; i++) {
      engine.run(header(++number, stages));
    }
    return (System.nanoTime() - start) / 1e3 / batches;
  }

  private static BatchHeader header(long number, int stages) {
    BitSet admitted = new BitSet();
    admitted.set(0);
    long[] horizons = new long[stages];
    Arrays.fill(horizons, EventTime.MAX);
    return new BatchHeader(
        number,
        System.currentTimeMillis(),
        admitted,
        new ReadShares(stages, Long.MAX_VALUE),
        READ_NANOS,
        false,
        false,
        0,
        horizons,
        false);
  }
}
