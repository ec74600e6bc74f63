package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The timers of one key by their identity: a linked list while they are few, then a hash table. */
final class KeyTimers {

  private static final int FEW = 8;

  private record Identity(StateNamespace namespace, String id, String family, TimeDomain domain) {
    static Identity of(TimerData data) {
      return new Identity(
          data.getNamespace(), data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    }
  }

  private @Nullable HeapTimer first;
  private @Nullable Map<Identity, HeapTimer> index;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable HeapTimer find(StateNamespace namespace, String id, String family, TimeDomain domain) {
    if (index != null) {
      return index.get(new Identity(namespace, id, family, domain));
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      if (timer.is(namespace, id, family, domain)) {
        return timer;
      }
    }
    return null;
  }

  /** Adds a timer whose identity is not there. */
  void add(HeapTimer timer) {
    size++;
    if (index == null && size > FEW) {
      index = new HashMap<>();
      HeapTimer rest = first;
      first = null;
      while (rest != null) {
        index.put(Identity.of(rest.data), rest);
        HeapTimer next = rest.next;
        rest.next = null;
        rest = next;
      }
    }
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
      if (size == 0) {
        index = null;
      }
      return;
    }
    HeapTimer before = null;
    for (HeapTimer at = first; at != timer; at = at.next) {
      before = at;
    }
    if (before == null) {
      first = timer.next;
    } else {
      before.next = timer.next;
    }
    timer.next = null;
  }

  boolean has(TimeDomain domain) {
    if (index != null) {
      for (HeapTimer timer : index.values()) {
        if (timer.data.getDomain() == domain) {
          return true;
        }
      }
      return false;
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      if (timer.data.getDomain() == domain) {
        return true;
      }
    }
    return false;
  }

  Collection<HeapTimer> all() {
    if (index != null) {
      return index.values();
    }
    List<HeapTimer> all = new ArrayList<>(size);
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      all.add(timer);
    }
    return all;
  }
}
