package dev.microbatch.benchmarks.pipelines;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Measures what a run costs this JVM. */
final class Meter {

  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private final AllocationMeter allocations = new AllocationMeter();

  /**
   * A measured run.
   *
   * @param outcome what it came to
   * @param wallNanos its duration
   * @param cpuNanos processor time of the JVM
   * @param allocatedBytes heap allocated
   */
  record Reading(Outcome outcome, long wallNanos, long cpuNanos, long allocatedBytes) {}

  /** Runs something and measures it. */
  Reading measure(Supplier<Outcome> run) {
    long bytes = allocations.bytes();
    long cpuNanos = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    Outcome outcome = run.get();
    long wallNanos = Math.max(1, System.nanoTime() - start);
    cpuNanos = SYSTEM.getProcessCpuTime() - cpuNanos;
    return new Reading(outcome, wallNanos, cpuNanos, allocations.bytes() - bytes);
  }

  /** The largest resident set of this process so far, in bytes; 0 if the system does not tell. */
  static long peakRssBytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(PEAK)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
