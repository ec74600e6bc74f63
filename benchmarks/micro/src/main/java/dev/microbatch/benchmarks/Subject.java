package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Outcome;

/** Something that can be run and measured. */
interface Subject {

  /** What runs it: a runner or plain Java. */
  String runner();

  /** Does what is done before each run and is not measured. */
  void prepare();

  /** Runs it once, to the end. */
  void run();

  /** The outcome of the last run. */
  Outcome outcome();
}
