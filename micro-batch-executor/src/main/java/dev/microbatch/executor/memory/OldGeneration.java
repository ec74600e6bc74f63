package dev.microbatch.executor.memory;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.Optional;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a collection leaves of the old generation, as the JVM says it: of G1, Parallel and Serial;
 * of a collector without generations, of the whole heap.
 */
final class OldGeneration implements HeapAlarm.Gauge {

  private static final Logger LOG = LoggerFactory.getLogger(OldGeneration.class);

  private static final HeapAlarm.Gauge NOTHING = () -> {};

  private final MemoryPoolMXBean pool;
  private final NotificationEmitter emitter;
  private final NotificationListener listener;
  private final long thresholdBefore;

  private OldGeneration(MemoryPoolMXBean pool, long threshold, Listener left) {
    this.pool = pool;
    this.emitter = (NotificationEmitter) ManagementFactory.getMemoryMXBean();
    this.listener = (notification, handback) -> told(notification, left);
    this.thresholdBefore = pool.getCollectionUsageThreshold();
    emitter.addNotificationListener(listener, null, null);
    pool.setCollectionUsageThreshold(threshold);
  }

  /** Begins to watch, if this JVM says anything. */
  static HeapAlarm.Gauge watch(int percent, Listener left) {
    Optional<MemoryPoolMXBean> pool = pool();
    if (pool.isEmpty()) {
      LOG.info("This JVM does not say what a collection leaves: a heap that fills up is not seen");
      return NOTHING;
    }
    return new OldGeneration(pool.get(), pool.get().getUsage().getMax() / 100 * percent, left);
  }

  /** The pool in which what stays ends up. */
  static Optional<MemoryPoolMXBean> pool() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .filter(MemoryPoolMXBean::isCollectionUsageThresholdSupported)
        .filter(pool -> pool.getUsage().getMax() > 0)
        .max(
            Comparator.comparing(OldGeneration::isOld)
                .thenComparingLong(pool -> pool.getUsage().getMax()));
  }

  private static boolean isOld(MemoryPoolMXBean pool) {
    return pool.getName().contains("Old Gen") || pool.getName().contains("Tenured");
  }

  private void told(Notification notification, Listener left) {
    if (!notification
        .getType()
        .equals(MemoryNotificationInfo.MEMORY_COLLECTION_THRESHOLD_EXCEEDED)) {
      return;
    }
    MemoryNotificationInfo info =
        MemoryNotificationInfo.from((CompositeData) notification.getUserData());
    if (info.getPoolName().equals(pool.getName())) {
      MemoryUsage usage = info.getUsage();
      left.left(usage.getUsed(), usage.getMax());
    }
  }

  @Override
  public void close() {
    try {
      emitter.removeNotificationListener(listener);
      pool.setCollectionUsageThreshold(thresholdBefore);
    } catch (ListenerNotFoundException e) {
      // It has been removed.
    }
  }
}
