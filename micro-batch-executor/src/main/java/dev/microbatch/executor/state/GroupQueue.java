package dev.microbatch.executor.state;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups in order of a time each: a binary heap in which a group stands once at most, and knows its
 * place.
 *
 * <p>The queue is <em>lazy</em>. A time that grows, as the end of a session does with each of its
 * elements, changes nothing here; only a time that gets earlier moves its group at once. So the
 * place of a group says that its time is not earlier than that. When a group comes up, it is asked
 * for its time, and put where it belongs.
 */
abstract class GroupQueue {

  /** Says that a group has nothing to do in the queue. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int FIRST_CAPACITY = 8;

  private long[] times = new long[FIRST_CAPACITY];
  private @Nullable TriggeredGroup[] groups = new TriggeredGroup[FIRST_CAPACITY];
  private int size;

  /** The time of a group as it is now, in milliseconds; {@link #NEVER} if it has none. */
  abstract long timeOf(TriggeredGroup group);

  /** The place of a group; negative if it has none. */
  abstract int position(TriggeredGroup group);

  abstract void setPosition(TriggeredGroup group, int position);

  /** Takes a group whose time may have changed. */
  final void offer(TriggeredGroup group) {
    int position = position(group);
    long time = timeOf(group);
    if (position >= 0) {
      if (time < times[position]) {
        up(group, time, position);
      }
    } else if (time != NEVER) {
      if (size == times.length) {
        int larger = size + (size >> 1);
        times = Arrays.copyOf(times, larger);
        groups = Arrays.copyOf(groups, larger);
      }
      up(group, time, size++);
    }
  }

  /** Removes a group if it is there. */
  final void remove(TriggeredGroup group) {
    int position = position(group);
    if (position < 0) {
      return;
    }
    setPosition(group, -1);
    size--;
    TriggeredGroup last = groups[size];
    long time = times[size];
    groups[size] = null;
    if (position < size) {
      if (position > 0 && time < times[(position - 1) >>> 1]) {
        up(last, time, position);
      } else {
        down(last, time, position);
      }
    }
  }

  /** The group whose time is the earliest; null if none has one. */
  final @Nullable TriggeredGroup first() {
    while (size > 0) {
      TriggeredGroup first = groups[0];
      long time = timeOf(first);
      if (time == times[0]) {
        return first;
      }
      if (time == NEVER) {
        remove(first);
      } else {
        down(first, time, 0);
      }
    }
    return null;
  }

  /** The earliest time; {@link #NEVER} if there is none. */
  final long firstTime() {
    return first() == null ? NEVER : times[0];
  }

  private void up(TriggeredGroup group, long time, int from) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (times[parent] <= time) {
        break;
      }
      put(groups[parent], times[parent], at);
      at = parent;
    }
    put(group, time, at);
  }

  private void down(TriggeredGroup group, long time, int from) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && times[child + 1] < times[child]) {
        child++;
      }
      if (times[child] >= time) {
        break;
      }
      put(groups[child], times[child], at);
      at = child;
    }
    put(group, time, at);
  }

  private void put(TriggeredGroup group, long time, int at) {
    groups[at] = group;
    times[at] = time;
    setPosition(group, at);
  }
}
