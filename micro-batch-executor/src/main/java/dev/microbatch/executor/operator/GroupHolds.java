package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.TriggeredGroup;
import dev.microbatch.executor.state.TriggeredGroups;
import dev.microbatch.executor.state.TriggeredLayout;
import dev.microbatch.executor.time.EventTime;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;

/**
 * Where groups hold the output watermark, by the rules of Beam's {@code WatermarkHold}: at the time
 * that a pane with their elements will have, unless that is too late already; then at their expiry,
 * so that what comes of them is not dropped behind.
 *
 * <p>The output watermark that counts is that of the key, and stands still while one call works on
 * it: what the call puts out must not be late for its own sake.
 */
final class GroupHolds {

  private final TimestampCombiner combiner;
  private final TriggeredLayout layout;
  private final TriggeredGroups groups;
  private final StageTimes times;
  private long outputWatermark = EventTime.MIN;

  GroupHolds(
      TimestampCombiner combiner,
      TriggeredLayout layout,
      TriggeredGroups groups,
      StageTimes times) {
    this.combiner = combiner;
    this.layout = layout;
    this.groups = groups;
    this.times = times;
  }

  /** Begins a call that brings elements to a key. */
  void begin(KeyWindows key) {
    outputWatermark = heldBy(key, times.settledWatermark());
  }

  /**
   * Whether the hold of an element is certainly not too late, so that it does not depend on the
   * output watermark.
   *
   * @param timestamp its event time, in milliseconds
   * @param end the last millisecond of its window
   */
  boolean isInTime(long timestamp, long end) {
    return combiner == TimestampCombiner.END_OF_WINDOW
        ? end >= times.inputWatermark()
        : timestamp >= times.settledWatermark() && end >= times.inputWatermark();
  }

  /** Begins a call that brings an element that is {@linkplain #isInTime in time}. */
  void beginInTime() {
    outputWatermark = EventTime.MIN;
  }

  /** The holds of a key are looked at only if one of all keys could be early enough to matter. */
  private long heldBy(KeyWindows key, long watermark) {
    return watermark <= groups.minHold() ? watermark : Math.min(watermark, key.minHold());
  }

  /**
   * Begins a call in which groups of a key are due.
   *
   * @param earliestDue the earliest event time at which one was to be looked at; the end of time if
   *     there is none
   */
  void begin(KeyWindows key, long earliestDue) {
    long passed = Math.min(times.inputWatermark(), earliestDue);
    outputWatermark = heldBy(key, Math.max(times.settledWatermark(), passed));
  }

  /** The output watermark of the key, in milliseconds. */
  long outputWatermark() {
    return outputWatermark;
  }

  /** Holds for an element that a group takes. */
  void onElement(TriggeredGroup group, long timestamp) {
    long wanted = combiner == TimestampCombiner.END_OF_WINDOW ? group.end() : timestamp;
    if (isTooLate(wanted, group.end())) {
      if (!group.isHeld()) {
        holdForExpiry(group);
      }
    } else if (!group.isHeld() || group.isHeldForExpiry()) {
      group.holdAt(wanted, false);
    } else {
      group.holdAt(combine(group.hold(), wanted), false);
    }
  }

  private boolean isTooLate(long wanted, long end) {
    return wanted < outputWatermark || end < times.inputWatermark();
  }

  private long combine(long one, long other) {
    return switch (combiner) {
      case EARLIEST -> Math.min(one, other);
      case LATEST -> Math.max(one, other);
      case END_OF_WINDOW -> one;
    };
  }

  /** Holds at the expiry of a group, unless the watermark is behind it already. */
  void holdForExpiry(TriggeredGroup group) {
    long expiry = layout.expiry(group.end());
    if (expiry >= times.inputWatermark()) {
      group.holdAt(Math.min(expiry, EventTime.MAX - 1), true);
    }
  }

  /**
   * The hold for elements that groups have together.
   *
   * @param groups what is going to merge
   * @param end the last millisecond of the window of the result
   * @return {@link EventTime#MAX} if there is none
   */
  long merged(List<TriggeredGroup> groups, long end) {
    if (combiner == TimestampCombiner.END_OF_WINDOW) {
      return groups.isEmpty() || isTooLate(end, end) ? EventTime.MAX : end;
    }
    long merged = EventTime.MAX;
    for (TriggeredGroup group : groups) {
      if (group.isHeld() && !group.isHeldForExpiry()) {
        merged = merged == EventTime.MAX ? group.hold() : combine(merged, group.hold());
      }
    }
    return merged;
  }

  /**
   * Holds for a group that others have merged into.
   *
   * @param merged what {@link #merged} gave
   */
  void afterMerge(TriggeredGroup group, long merged) {
    group.release();
    if (merged != EventTime.MAX) {
      group.holdAt(merged, false);
    } else {
      holdForExpiry(group);
    }
  }
}
