package dev.microbatch.benchmarks.pipelines;

/** A workload that is also written by hand, to see what Beam and its runner cost. */
public interface PlainJava {

  /**
   * Does the same as the pipeline with the same data, by the plain means of the language.
   *
   * @param threads how many threads to use
   * @return the outcome, the same as the pipeline's
   */
  Outcome runPlain(int threads);
}
