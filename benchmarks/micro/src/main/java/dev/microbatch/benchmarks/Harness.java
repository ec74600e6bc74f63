package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Outcome;
import dev.microbatch.benchmarks.pipelines.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a subject again and again, and refuses wrong results. */
final class Harness {

  private final BenchmarkArguments arguments;
  private final Report report;

  /**
   * Creates the harness.
   *
   * @param arguments how often to run, and whether to take profiles
   * @param report is told of every run
   */
  Harness(BenchmarkArguments arguments, Report report) {
    this.arguments = arguments;
    this.report = report;
  }

  /**
   * Measures.
   *
   * @param workload what the subject does
   * @param subject what to run
   * @param expected what every run must come to
   * @throws WrongResultException if a run comes to something else
   * @throws IOException if a profile cannot be written
   */
  void measure(Workload workload, Subject subject, Outcome expected) throws IOException {
    for (int i = 0; i < arguments.warmup(); i++) {
      run(workload, subject, expected);
    }
    Optional<Profiler> profiler =
        arguments.profile() ? Optional.of(Profiler.start()) : Optional.empty();
    List<Iteration> iterations = new ArrayList<>();
    for (int i = 0; i < arguments.iterations(); i++) {
      iterations.add(run(workload, subject, expected));
    }
    report.measured(
        new Measurement(
            workload.name(), subject.runner(), workload.unit(), workload.size(), iterations));
    if (profiler.isPresent()) {
      report.profiled(profiler.get().stop(arguments.recording()));
    }
  }

  private static Iteration run(Workload workload, Subject subject, Outcome expected) {
    subject.prepare();
    Iteration iteration = Iteration.of(subject::run);
    Outcome outcome = subject.outcome();
    if (!outcome.equals(expected)) {
      throw new WrongResultException(
          workload.name() + " on " + subject.runner() + ": " + outcome + " is not " + expected);
    }
    return iteration;
  }
}
