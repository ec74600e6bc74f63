package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;

/**
 * What {@link TriggeredGroups} hold for a key and window, and for how long.
 *
 * @param content values or an accumulator
 * @param triggerNumbers how many numbers the trigger remembers of a group; 0 if it remembers
 *     nothing
 * @param allowedLateness how long a group lives after the end of its window, in milliseconds
 * @param merging whether windows merge, so that nearly every group has a window of its own
 */
public record TriggeredLayout(
    GroupContent content, int triggerNumbers, long allowedLateness, boolean merging) {

  /**
   * When a group is gone: when the watermark is strictly behind this, in milliseconds.
   *
   * @param end the last millisecond of its window
   */
  public long expiry(long end) {
    return EventTime.expiry(end, allowedLateness);
  }
}
