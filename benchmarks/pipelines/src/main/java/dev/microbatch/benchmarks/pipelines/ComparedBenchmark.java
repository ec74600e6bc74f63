package dev.microbatch.benchmarks.pipelines;

/**
 * A benchmark of a size: a row of the comparison.
 *
 * @param name the benchmark's name
 * @param sizes the size, the same for all runners
 */
record ComparedBenchmark(String name, Sizes sizes) {

  /** Of a benchmark that is measured cold each JVM gives one run, so it needs as many. */
  private static final int COLD_ROUNDS = 3;

  /**
   * A benchmark of its usual size, multiplied.
   *
   * @param scale by what to multiply the number of records; the number of keys remains
   */
  static ComparedBenchmark of(Catalogue.Entry entry, double scale) {
    Sizes usual = entry.usual();
    long records = Math.max(1, Math.round(usual.records() * scale));
    return new ComparedBenchmark(entry.name(), new Sizes(records, usual.keys(), usual.seed()));
  }

  /** Whether a run is one of this row. */
  boolean is(RunResult result) {
    return result.benchmark().equals(name)
        && sizes.equals(new Sizes(result.n(), result.keys(), result.seed()));
  }

  /** The pipeline. */
  Workload workload() {
    return Catalogue.get(name).of(sizes);
  }

  /** Whether there is a program written by hand. */
  boolean isWrittenByHand() {
    return workload() instanceof PlainJava;
  }

  /**
   * Whether the first run of a JVM is measured, and no other: streams run long, and what a cold one
   * takes is what is asked.
   */
  boolean isCold() {
    return Catalogue.get(name).isCold();
  }

  /**
   * In how many JVMs it is measured.
   *
   * @param asked in how many a warm benchmark is
   */
  int rounds(int asked) {
    return isCold() ? Math.max(asked, COLD_ROUNDS) : asked;
  }
}
