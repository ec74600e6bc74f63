package dev.microbatch.benchmarks;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one run cost.
 *
 * @param wallNanos its duration
 * @param cpuNanos processor time of the whole JVM, compiler and garbage collector included: on a
 *     machine that has other work it says more than the duration
 * @param gcMillis the duration of the garbage collections
 */
record Iteration(long wallNanos, long cpuNanos, long gcMillis) {

  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

  /** Runs something and measures it. */
  static Iteration of(Runnable run) {
    long gcMillis = gcMillisSoFar();
    long cpuNanos = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    run.run();
    return new Iteration(
        System.nanoTime() - start,
        SYSTEM.getProcessCpuTime() - cpuNanos,
        gcMillisSoFar() - gcMillis);
  }

  private static long gcMillisSoFar() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return millis;
  }
}
