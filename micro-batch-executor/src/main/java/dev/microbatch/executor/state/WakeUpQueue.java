package dev.microbatch.executor.state;

import java.util.PriorityQueue;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Wake-ups in one domain of processing time, in order of time. They are never taken out before they
 * come first: then one whose group is gone, or has had it, is passed over.
 */
final class WakeUpQueue {

  private final TimeDomain domain;
  private final PriorityQueue<WakeUp> queue = new PriorityQueue<>();

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
    queue.add(new WakeUp(millis, group));
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
