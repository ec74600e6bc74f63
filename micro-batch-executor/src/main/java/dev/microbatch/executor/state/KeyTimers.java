package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The timers of one key by their identity: a linked list while they are few, so that a key with one
 * timer takes little memory; then a table by namespace, so that a window that expires finds its own
 * timers without looking at those of all others.
 */
final class KeyTimers {

  /** How many timers are kept in a list. */
  static final int FEW = 8;

  private static final int DOMAINS = TimeDomain.values().length;

  private @Nullable HeapTimer first;
  private @Nullable Many many;
  private int size;

  /** The timers of a key that has many. */
  private static final class Many {
    final Map<StateNamespace, TimerList> byNamespace = new HashMap<>();
    final int[] byDomain = new int[DOMAINS];

    void add(HeapTimer timer) {
      byDomain[timer.data.getDomain().ordinal()]++;
      byNamespace
          .computeIfAbsent(timer.data.getNamespace(), namespace -> new TimerList())
          .add(timer);
    }

    void remove(HeapTimer timer) {
      byDomain[timer.data.getDomain().ordinal()]--;
      StateNamespace namespace = timer.data.getNamespace();
      TimerList list = byNamespace.get(namespace);
      list.remove(timer);
      if (list.isEmpty()) {
        byNamespace.remove(namespace);
      }
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable HeapTimer find(StateNamespace namespace, String id, String family, TimeDomain domain) {
    if (many == null) {
      return HeapTimer.find(first, namespace, id, family, domain);
    }
    TimerList list = many.byNamespace.get(namespace);
    return list == null ? null : list.find(id, family, domain);
  }

  /** Adds a timer whose identity is not there. */
  void add(HeapTimer timer) {
    if (many == null && size == FEW) {
      Many spread = new Many();
      for (HeapTimer moved : all()) {
        first = HeapTimer.unlink(first, moved);
        spread.add(moved);
      }
      many = spread;
    }
    size++;
    if (many != null) {
      many.add(timer);
    } else {
      timer.next = first;
      first = timer;
    }
  }

  /** Removes a timer that is there. */
  void remove(HeapTimer timer) {
    size--;
    if (many == null) {
      first = HeapTimer.unlink(first, timer);
    } else {
      many.remove(timer);
      if (size == 0) {
        many = null;
      }
    }
  }

  boolean has(TimeDomain domain) {
    if (many != null) {
      return many.byDomain[domain.ordinal()] > 0;
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      if (timer.data.getDomain() == domain) {
        return true;
      }
    }
    return false;
  }

  /** The one of a domain that fires first, or null if there is none. */
  @Nullable HeapTimer first(TimeDomain domain) {
    HeapTimer first = null;
    for (HeapTimer timer : all()) {
      if (timer.data.getDomain() == domain && (first == null || timer.before(first))) {
        first = timer;
      }
    }
    return first;
  }

  /** A copy of all timers. */
  List<HeapTimer> all() {
    List<HeapTimer> all = new ArrayList<>(size);
    if (many != null) {
      many.byNamespace.values().forEach(list -> list.addTo(all));
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      all.add(timer);
    }
    return all;
  }

  /** A copy of the timers of a namespace. The others are looked at only while they are few. */
  List<HeapTimer> of(StateNamespace namespace) {
    List<HeapTimer> own = new ArrayList<>();
    if (many != null) {
      TimerList list = many.byNamespace.get(namespace);
      if (list != null) {
        list.addTo(own);
      }
    }
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      if (timer.data.getNamespace().equals(namespace)) {
        own.add(timer);
      }
    }
    return own;
  }
}
