package dev.microbatch.executor.time;

import java.util.TreeMap;

/**
 * A multiset of watermark holds of one partition. Adding, releasing and asking for the earliest
 * take O(log n) in the number of distinct timestamps.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class HoldSet {

  private final TreeMap<Long, Integer> counts = new TreeMap<>();

  /**
   * Adds one hold.
   *
   * @param timestamp event time in milliseconds
   */
  public void add(long timestamp) {
    counts.merge(timestamp, 1, Integer::sum);
  }

  /**
   * Releases one hold that was added before.
   *
   * @param timestamp event time in milliseconds
   * @throws IllegalStateException if no such hold is there
   */
  public void release(long timestamp) {
    Integer count = counts.get(timestamp);
    if (count == null) {
      throw new IllegalStateException("no watermark hold at " + EventTime.describe(timestamp));
    }
    if (count == 1) {
      counts.remove(timestamp);
    } else {
      counts.put(timestamp, count - 1);
    }
  }

  /** The earliest hold in milliseconds, or {@link EventTime#MAX} if there is none. */
  public long min() {
    return counts.isEmpty() ? EventTime.MAX : counts.firstKey();
  }

  /** Whether nothing is held. */
  public boolean isEmpty() {
    return counts.isEmpty();
  }
}
