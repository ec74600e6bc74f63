package dev.microbatch.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The measured runs of one workload on one runner. All figures count in the workload's units.
 *
 * @param workload the workload's name
 * @param runner what ran it
 * @param unit what is counted
 * @param size how many units a run works off
 * @param iterations the measured runs, in order
 */
record Measurement(
    String workload, String runner, String unit, long size, List<Iteration> iterations) {

  /** The speed of one run, in units per second. */
  double perSecond(Iteration iteration) {
    return size * 1e9 / iteration.wallNanos();
  }

  /** The median speed of the runs, in units per second. */
  @JsonProperty
  double medianPerSecond() {
    return median(sorted(this::perSecond));
  }

  /** The speed of the fastest run, in units per second. */
  @JsonProperty
  double bestPerSecond() {
    return sorted(this::perSecond)[iterations.size() - 1];
  }

  /** The median of the processor time per unit, in nanoseconds. */
  @JsonProperty
  double medianCpuNanos() {
    return median(sorted(iteration -> (double) iteration.cpuNanos() / size));
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private double[] sorted(ToDoubleFunction<Iteration> figure) {
    return iterations.stream().mapToDouble(figure).sorted().toArray();
  }
}
