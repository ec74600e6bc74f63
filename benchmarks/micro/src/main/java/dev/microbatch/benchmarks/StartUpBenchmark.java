package dev.microbatch.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Measures what large pipelines take that have next to no data, and how few elements with much work
 * each are spread over the cores. See {@code --help}.
 */
public final class StartUpBenchmark {

  private static final String USAGE =
      """
      Runs pipelines whose time is that of starting and ending them, and one of a few elements with
      much work each, and prints the time of each run and how many threads did the work. Only
      Pipeline.run() is measured, not the building of the pipeline.

        --runs=N           how many runs of each; the first is cold; default 4
        --creates=N        how many Create transforms the first pipeline has; default 500
        --steps=N          how many ParDos in a row the second has; default 1200
        --elements=N       how many elements the third has; default 64
        --work=N           for how many milliseconds each of them is worked on; default 50
        --help             prints this

      All other options are passed on to the runner.
      """;

  private static final Set<Long> THREADS = ConcurrentHashMap.newKeySet();

  private final PrintStream out;
  private final int runs;
  private final int creates;
  private final int steps;
  private final int elements;
  private final int workMillis;
  private final BenchmarkArguments.Rest rest;

  private StartUpBenchmark(PrintStream out, BenchmarkArguments.Rest rest) {
    this.out = out;
    this.runs = rest.takeInt("runs", 4, 1);
    this.creates = rest.takeInt("creates", 500, 1);
    this.steps = rest.takeInt("steps", 1_200, 1);
    this.elements = rest.takeInt("elements", 64, 1);
    this.workMillis = rest.takeInt("work", 50, 1);
    this.rest = rest;
  }

  /**
   * Runs and prints.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    BenchmarkMain.run(USAGE, StartUpBenchmark::run, args);
  }

  /**
   * Runs.
   *
   * @param out takes the figures
   * @param args see {@code --help}
   * @throws IllegalArgumentException if an argument is not accepted
   */
  static void run(PrintStream out, String... args) {
    new StartUpBenchmark(out, new BenchmarkArguments.Rest(args)).run();
  }

  private void run() {
    measure(creates + " Creates", this::addCreates);
    measure(steps + " ParDos in a row", this::addSteps);
    measure(elements + " elements, " + workMillis + " ms each", this::addWork);
  }

  /** Adds its steps to a pipeline. */
  @FunctionalInterface
  private interface Shape {
    void addTo(Pipeline pipeline);
  }

  private void measure(String what, Shape shape) {
    for (int run = 1; run <= runs; run++) {
      Pipeline pipeline = Pipeline.create(options());
      shape.addTo(pipeline);
      THREADS.clear();
      long start = System.nanoTime();
      pipeline.run().waitUntilFinish();
      out.printf(
          Locale.ROOT,
          "%s, run %d: %,.0f ms, %d threads%n",
          what,
          run,
          (System.nanoTime() - start) / 1e6,
          THREADS.size());
    }
  }

  private PipelineOptions options() {
    String[] args = new String[rest.left.size() + 1];
    args[0] = "--runner=MicroBatchRunner";
    for (int i = 1; i < args.length; i++) {
      args[i] = rest.left.get(i - 1);
    }
    return PipelineOptionsFactory.fromArgs(args).create();
  }

  private static PCollection<Long> create(Pipeline pipeline, String name, List<Long> numbers) {
    return pipeline.apply(name, Create.of(numbers).withCoder(VarLongCoder.of()));
  }

  private void addCreates(Pipeline pipeline) {
    for (long i = 0; i < creates; i++) {
      create(pipeline, "Create" + i, List.of(i)).apply("Work" + i, ParDo.of(new WorkFn(0)));
    }
  }

  private void addSteps(Pipeline pipeline) {
    PCollection<Long> numbers = create(pipeline, "Create", List.of(1L, 2L, 3L));
    for (int i = 0; i < steps; i++) {
      numbers = numbers.apply("Step" + i, ParDo.of(new WorkFn(0)));
    }
  }

  private void addWork(Pipeline pipeline) {
    create(pipeline, "Create", LongStream.range(0, elements).boxed().toList())
        .apply("Work", ParDo.of(new WorkFn(workMillis)));
  }

  /** Passes a number on after some time. */
  private static final class WorkFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final int millis;

    WorkFn(int millis) {
      this.millis = millis;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Long> receiver) {
      THREADS.add(Thread.currentThread().getId());
      long end = System.nanoTime() + millis * 1_000_000L;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      receiver.output(number);
    }
  }
}
