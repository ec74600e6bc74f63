package dev.microbatch.benchmarks.pipelines;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * How many bytes of heap this JVM has allocated: what the heap has grown by between garbage
 * collections. Unlike the counters of threads it knows those of threads that have ended. Exact up
 * to what the heap rounds. Thread-safe.
 */
final class AllocationMeter {

  private static final long PATIENCE_NANOS = 500_000_000;

  private final Set<String> heapPools = new HashSet<>();
  private long collectionsBefore;
  private long collected;
  private long allocated;
  private long usedAfterLast;

  /** Starts to count. */
  AllocationMeter() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        heapPools.add(pool.getName());
      }
    }
    System.gc();
    usedAfterLast = usedNow();
    collectionsBefore = collections();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(
            (notification, handback) -> collected(notification), null, null);
      }
    }
  }

  private static long collections() {
    long count = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      count += Math.max(0, collector.getCollectionCount());
    }
    return count;
  }

  private static long usedNow() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private long used(Map<String, MemoryUsage> pools) {
    long used = 0;
    for (String pool : heapPools) {
      MemoryUsage usage = pools.get(pool);
      used += usage == null ? 0 : usage.getUsed();
    }
    return used;
  }

  private synchronized void collected(Notification notification) {
    if (!notification
        .getType()
        .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      return;
    }
    GcInfo gc =
        GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
            .getGcInfo();
    allocated += Math.max(0, used(gc.getMemoryUsageBeforeGc()) - usedAfterLast);
    usedAfterLast = used(gc.getMemoryUsageAfterGc());
    collected++;
    notifyAll();
  }

  /** Bytes allocated since this meter was made. Waits until all collections so far are counted. */
  synchronized long bytes() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (collections() - collectionsBefore > collected && System.nanoTime() < deadline) {
        wait(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return allocated + Math.max(0, usedNow() - usedAfterLast);
  }
}
