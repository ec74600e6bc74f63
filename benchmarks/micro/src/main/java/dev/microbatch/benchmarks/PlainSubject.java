package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Outcome;
import dev.microbatch.benchmarks.pipelines.PlainJava;

/** A workload's hand-written variant. */
final class PlainSubject implements Subject {

  private final PlainJava workload;
  private final int threads;
  private Outcome outcome = Outcome.EMPTY;

  /**
   * Creates the subject.
   *
   * @param workload what to run
   * @param threads how many threads to use
   */
  PlainSubject(PlainJava workload, int threads) {
    this.workload = workload;
    this.threads = threads;
  }

  @Override
  public String runner() {
    return "plain Java";
  }

  @Override
  public void prepare() {
    outcome = Outcome.EMPTY;
  }

  @Override
  public void run() {
    outcome = workload.runPlain(threads);
  }

  @Override
  public Outcome outcome() {
    return outcome;
  }
}
