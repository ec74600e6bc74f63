package dev.microbatch.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageClock;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.Clock;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;

/**
 * What it costs that a pipeline is watched: a lap of the clock that divides a thread's time among
 * stages, and what the loop tells the monitor behind each batch. The second is measured twice:
 * where batches follow each other, and where the loop waits behind each, so that each is published.
 * Times are those of the processor, so that other work on the machine counts less.
 */
public final class WatchBenchmark {

  private static final String USAGE =
      """
      Measures what it costs that a pipeline is watched, in nanoseconds and bytes.

        --times=N          how often each is done in a run; default 2000000
        --runs=N           how many runs there are; the first two are not printed; default 5
        --parallelism=N    how many partitions a stage has; default 2
        --help             prints this
      """;

  private static final int WARM_UP_RUNS = 2;

  private final long times;
  private final int runs;
  private final int parallelism;

  private WatchBenchmark(BenchmarkArguments.Rest rest) {
    this.times = rest.takeInt("times", 2_000_000, 1);
    this.runs = rest.takeInt("runs", 5, WARM_UP_RUNS + 1);
    this.parallelism = rest.takeInt("parallelism", 2, 1);
    rest.requireEmpty();
  }

  /**
   * Runs and prints.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    BenchmarkMain.run(USAGE, WatchBenchmark::run, args);
  }

  /**
   * Runs.
   *
   * @param out takes the figures
   * @param args see {@code --help}
   * @throws IllegalArgumentException if an argument is not accepted
   */
  static void run(PrintStream out, String... args) {
    new WatchBenchmark(new BenchmarkArguments.Rest(args)).run(out);
  }

  private void run(PrintStream out) {
    Plan plan;
    List<StageReport> reports;
    try (DrivenEngine engine = new DrivenEngine(parallelism)) {
      plan = engine.plan();
      reports = engine.reports();
    }
    StageClock clock = new StageClock(Clock.system());
    PipelineMonitor following = monitor(plan, reports);
    PipelineMonitor waiting = monitor(plan, reports);
    String batch =
        String.format(
            Locale.ROOT,
            "a batch of %d stages at parallelism %d",
            plan.stages().size(),
            parallelism);
    for (int run = 1; run <= runs; run++) {
      PrintStream to = run > WARM_UP_RUNS ? out : null;
      measure(to, "a lap", i -> clock.worked());
      measure(to, batch + ", followed by another", i -> tell(following, i, reports));
      measure(
          to,
          batch + ", followed by a wait",
          i -> {
            tell(waiting, i, reports);
            waiting.waits();
          });
    }
  }

  private static void tell(PipelineMonitor monitor, long number, List<StageReport> reports) {
    monitor.enters(number);
    monitor.leaves();
    monitor.batch(new BatchRecord(number, number, 0, 0, 0, false, 0, -1, 0), reports, false, false);
  }

  private PipelineMonitor monitor(Plan plan, List<StageReport> reports) {
    PipelineMonitor monitor = new PipelineMonitor(plan, Clock.system());
    monitor.starts(parallelism);
    monitor.stands(reports, 0);
    return monitor;
  }

  private void measure(PrintStream out, String what, LongConsumer work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long bytes = threads.getThreadAllocatedBytes(thread);
    long start = threads.getThreadCpuTime(thread);
    for (long i = 1; i <= times; i++) {
      work.accept(i);
    }
    double nanos = (double) (threads.getThreadCpuTime(thread) - start) / times;
    double each = (double) (threads.getThreadAllocatedBytes(thread) - bytes) / times;
    if (out != null) {
      out.printf(Locale.ROOT, "%s: %.1f ns, %.0f bytes%n", what, nanos, each);
    }
  }
}
