package dev.microbatch.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prints what has been measured: the runs as they come, and a table at the end. */
final class Report {

  private static final String HEADER = "%-10s %-18s %12s %-8s %14s %14s %10s%n";
  private static final String ROW = "%-10s %-18s %,12d %-8s %,14.0f %,14.0f %,10.1f%n";

  private final PrintStream out;
  private final List<Measurement> measurements = new ArrayList<>();

  /**
   * Creates a report.
   *
   * @param out takes the text
   */
  Report(PrintStream out) {
    this.out = out;
  }

  /** Prints the runs of a workload. */
  void measured(Measurement measurement) {
    measurements.add(measurement);
    out.printf(
        "%n%s on %s, %,d %s%n",
        measurement.workload(), measurement.runner(), measurement.size(), measurement.unit());
    int number = 0;
    for (Iteration iteration : measurement.iterations()) {
      out.printf(
          "  %2d: %,14.0f %s/s, %,8.1f ns of processor time each, %,6d ms of collections%n",
          ++number,
          measurement.perSecond(iteration),
          measurement.unit(),
          (double) iteration.cpuNanos() / measurement.size(),
          iteration.gcMillis());
    }
  }

  /** Prints the profile of the workload that was measured last. */
  void profiled(Profile profile) {
    out.printf("%n%s", profile.text());
  }

  /** Prints the table. */
  void table() {
    out.println();
    out.printf(HEADER, "pipeline", "runner", "n", "unit", "median/s", "best/s", "cpu ns");
    for (Measurement measurement : measurements) {
      out.printf(
          ROW,
          measurement.workload(),
          measurement.runner(),
          measurement.size(),
          measurement.unit(),
          measurement.medianPerSecond(),
          measurement.bestPerSecond(),
          measurement.medianCpuNanos());
    }
  }

  /**
   * Writes everything that was measured to a file.
   *
   * @throws IOException if the file cannot be written
   */
  void write(Path json) throws IOException {
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), measurements);
  }
}
