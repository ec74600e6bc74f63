package dev.microbatch.executor.state;

import java.util.PriorityQueue;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Wake-ups in one domain of processing time, in order of time. One whose group is gone, or has had
 * it, is passed over when it comes first; if there may be many of them, they are swept out before
 * the queue grows.
 */
final class WakeUpQueue {

  private static final int FIRST_SWEEP = 1024;

  private final TimeDomain domain;
  private final PriorityQueue<WakeUp> queue = new PriorityQueue<>();

  /** At which size those that nobody awaits are swept out. */
  private int sweepAt = FIRST_SWEEP;

  WakeUpQueue(TimeDomain domain) {
    this.domain = domain;
  }

  /** A group that is to be looked at. */
  private record WakeUp(long millis, TriggeredGroup group) implements Comparable<WakeUp> {
    @Override
    public int compareTo(WakeUp other) {
      return Long.compare(millis, other.millis);
    }
  }

  void add(long millis, TriggeredGroup group) {
    if (queue.size() >= sweepAt) {
      queue.removeIf(wakeUp -> !isAwaited(wakeUp));
      sweepAt = Math.max(FIRST_SWEEP, 2 * queue.size());
    }
    queue.add(new WakeUp(millis, group));
  }

  /** How many there are, with those that nobody awaits any more. */
  int size() {
    return queue.size();
  }

  private @Nullable WakeUp first() {
    WakeUp first;
    while ((first = queue.peek()) != null && !isAwaited(first)) {
      queue.remove();
    }
    return first;
  }

  private boolean isAwaited(WakeUp wakeUp) {
    TriggeredGroup group = wakeUp.group();
    return !group.isGone() && group.memory().hasWakeUp(domain, wakeUp.millis());
  }

  /** The earliest time, in milliseconds; {@link Long#MAX_VALUE} if there is none. */
  long firstTime() {
    WakeUp first = first();
    return first == null ? Long.MAX_VALUE : first.millis();
  }

  /** The group whose wake-up is the earliest, if that is strictly before a time; otherwise null. */
  @Nullable TriggeredGroup firstBefore(long now) {
    WakeUp first = first();
    return first != null && first.millis() < now ? first.group() : null;
  }
}
