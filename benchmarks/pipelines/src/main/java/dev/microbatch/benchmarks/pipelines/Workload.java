package dev.microbatch.benchmarks.pipelines;

import java.io.IOException;
import org.apache.beam.sdk.Pipeline;

/**
 * A pipeline to measure, with deterministic data, so that every run of every runner must have the
 * same {@linkplain #expected() outcome}.
 *
 * <p>A workload generates its records itself, in the pipeline's first steps, cheaply: what is
 * measured includes that.
 */
public interface Workload {

  /** The name on the command line. */
  String name();

  /** What the pipeline does, in a line. */
  String description();

  /** What of a run is compared. */
  enum Figure {
    /** Units per second. */
    SPEED,
    /** The time of the whole run. */
    TIME,
    /** How long single records take, as {@link Latencies} has noted. */
    LATENCY
  }

  /** What of a run is compared. */
  default Figure figure() {
    return Figure.SPEED;
  }

  /** Whether the pipeline is to run with a checkpoint every second. */
  default boolean isCheckpointed() {
    return false;
  }

  /** How many units a run works off; its speed is this number by the time. */
  long size() throws IOException;

  /** What is counted: records or words. */
  default String unit() {
    return "records";
  }

  /**
   * Adds the steps to a pipeline. The last is a {@link Tally}.
   *
   * @param pipeline an empty pipeline
   */
  void build(Pipeline pipeline);

  /**
   * What the pipeline's {@link Tally} must say, computed without Beam. May take seconds; ask once.
   *
   * @throws IOException if the input cannot be read or made
   */
  Outcome expected() throws IOException;
}
