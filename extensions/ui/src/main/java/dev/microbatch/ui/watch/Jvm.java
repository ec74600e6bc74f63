package dev.microbatch.ui.watch;

import dev.microbatch.executor.time.Clock;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The process: memory, time of processors, garbage collection.
 *
 * <p>Thread-safe.
 */
public final class Jvm {

  private final Clock clock;
  private long lookedNanos;
  private @Nullable Duration used;
  private @Nullable Double cpu;

  /**
   * Creates it.
   *
   * @param clock measures over which time processors were used
   */
  public Jvm(Clock clock) {
    this.clock = clock;
    this.lookedNanos = clock.nanos();
    this.used = used();
  }

  /**
   * What there is to be read.
   *
   * @param heapUsedBytes how much of the heap is used, garbage among it
   * @param heapMaxBytes how large it may grow
   * @param cpu the share of all processors that the process used lately; null if not known
   * @param gcMillis how long garbage was collected so far, in milliseconds
   * @param threads how many threads there are
   */
  public record Reading(
      long heapUsedBytes, long heapMaxBytes, @Nullable Double cpu, long gcMillis, int threads) {}

  private static @Nullable Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(null);
  }

  /** Measures how processors were used since the last call. */
  synchronized void look() {
    long now = clock.nanos();
    Duration before = used;
    used = used();
    long passed = now - lookedNanos;
    lookedNanos = now;
    if (before != null && used != null && passed > 0) {
      double share =
          (double) used.minus(before).toNanos()
              / passed
              / Runtime.getRuntime().availableProcessors();
      cpu = Math.min(1, Math.max(0, share));
    }
  }

  /** Reads the rest. */
  public synchronized Reading read() {
    Runtime runtime = Runtime.getRuntime();
    long collecting = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collecting += Math.max(0, collector.getCollectionTime());
    }
    return new Reading(
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        cpu,
        collecting,
        ManagementFactory.getThreadMXBean().getThreadCount());
  }
}
