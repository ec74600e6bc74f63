package dev.microbatch.examples;

import org.apache.beam.sdk.transforms.DoFn;

/**
 * Prints each element to the standard output of the JVM in which this step runs; with the
 * Micro-Batch Runner, the JVM that started the pipeline.
 */
final class PrintLines extends DoFn<String, Void> {
  private static final long serialVersionUID = 1L;

  /** Called by Beam. */
  @ProcessElement
  public void processElement(@Element String line) {
    System.out.println(line);
  }
}
