package dev.microbatch.executor.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The timers of one key in one namespace, when the key has many: a linked list while they are few
 * here, then a hash table.
 */
final class TimerList {

  private record Identity(String id, String family, TimeDomain domain) {
    static Identity of(TimerData data) {
      return new Identity(data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    }
  }

  private @Nullable HeapTimer first;
  private @Nullable Map<Identity, HeapTimer> index;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable HeapTimer find(String id, String family, TimeDomain domain) {
    if (index != null) {
      return index.get(new Identity(id, family, domain));
    }
    return first == null
        ? null
        : HeapTimer.find(first, first.data.getNamespace(), id, family, domain);
  }

  /** Adds a timer whose identity is not there. */
  void add(HeapTimer timer) {
    if (index == null && size == KeyTimers.FEW) {
      Map<Identity, HeapTimer> all = new HashMap<>();
      HeapTimer rest = first;
      while (rest != null) {
        HeapTimer moved = rest;
        rest = HeapTimer.unlink(moved, moved);
        all.put(Identity.of(moved.data), moved);
      }
      first = null;
      index = all;
    }
    size++;
    if (index != null) {
      index.put(Identity.of(timer.data), timer);
    } else {
      timer.next = first;
      first = timer;
    }
  }

  /** Removes a timer that is there. */
  void remove(HeapTimer timer) {
    size--;
    if (index != null) {
      index.remove(Identity.of(timer.data));
    } else {
      first = HeapTimer.unlink(first, timer);
    }
  }

  void addTo(List<HeapTimer> all) {
    if (index != null) {
      all.addAll(index.values());
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      all.add(timer);
    }
  }
}
