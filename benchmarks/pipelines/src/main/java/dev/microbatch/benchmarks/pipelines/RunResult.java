package dev.microbatch.benchmarks.pipelines;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one measured run has cost: one line of JSON.
 *
 * @param benchmark the benchmark's name
 * @param runner what ran it
 * @param n how many records
 * @param keys how many keys
 * @param seed the seed of the data
 * @param round which JVM of the comparison, from 1; 0 outside one
 * @param run which measured run of the JVM, from 1
 * @param recordsPerSecond records by wall time; words in word count
 * @param wallSeconds from Pipeline.run() to the end
 * @param cpuSeconds processor time of the JVM meanwhile, compiler and garbage collector included
 * @param allocatedBytes heap allocated meanwhile, by all threads
 * @param peakRssBytes the JVM's largest resident set so far; 0 where the system does not tell
 * @param p50Millis the median of the latencies; null where none are measured
 * @param p99Millis what 99 of 100 latencies do not exceed; null where none are measured
 * @param ok whether the result was right
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"benchmark", "runner", "n", "keys", "seed", "round", "run"})
record RunResult(
    String benchmark,
    String runner,
    long n,
    int keys,
    long seed,
    int round,
    int run,
    double recordsPerSecond,
    double wallSeconds,
    double cpuSeconds,
    long allocatedBytes,
    long peakRssBytes,
    @Nullable Double p50Millis,
    @Nullable Double p99Millis,
    boolean ok) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The line. */
  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none of this kind
   */
  static RunResult parse(String line) {
    try {
      return JSON.readValue(line, RunResult.class);
    } catch (IOException e) {
      throw new IllegalArgumentException("Not the result of a run: " + line, e);
    }
  }

  /** The same in a round of a comparison. */
  RunResult in(int ofRound) {
    return new RunResult(
        benchmark,
        runner,
        n,
        keys,
        seed,
        ofRound,
        run,
        recordsPerSecond,
        wallSeconds,
        cpuSeconds,
        allocatedBytes,
        peakRssBytes,
        p50Millis,
        p99Millis,
        ok);
  }
}
