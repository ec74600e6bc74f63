package dev.microbatch.executor.state;

import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The timers of a store that are on the heap: each is in the queue of its domain and in its key.
 */
final class StoreTimers {

  private final HeapStateStore store;
  private final TimerQueue[] queues = new TimerQueue[TimeDomain.values().length];

  /** How many timers were set. */
  private long sequence;

  StoreTimers(HeapStateStore store) {
    this.store = store;
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new TimerQueue();
    }
  }

  private TimerQueue queue(TimeDomain domain) {
    return queues[domain.ordinal()];
  }

  /** The timer of a domain that fires first, or null if there is none. */
  @Nullable HeapTimer first(TimeDomain domain) {
    return queue(domain).peek();
  }

  /** Sets a timer of an attached key. */
  void set(HeapKeyedState key, TimerData data, boolean holdsWatermark) {
    HeapTimer timer =
        key.timers()
            .find(
                data.getNamespace(), data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    if (timer == null) {
      timer = new HeapTimer(key, data, holdsWatermark, sequence++);
      insert(timer);
    } else {
      if (timer.holds == holdsWatermark && timer.data.equals(data)) {
        return;
      }
      if (timer.holds) {
        key.release(timer.outputTimestamp());
      }
      timer.data = data;
      timer.holds = holdsWatermark;
      timer.sequence = sequence++;
      queue(data.getDomain()).moved(timer);
      if (holdsWatermark) {
        key.hold(timer.outputTimestamp());
      }
    }
    noteChanged(timer);
  }

  private void insert(HeapTimer timer) {
    timer.key.timers().add(timer);
    store.opened(timer.data.getNamespace());
    queue(timer.data.getDomain()).add(timer);
    if (timer.holds) {
      timer.key.hold(timer.outputTimestamp());
    }
  }

  /** Inserts a timer from a snapshot, in place of the one with its identity. */
  void restore(HeapTimer timer, boolean set) {
    TimerData data = timer.data;
    HeapTimer old =
        timer
            .key
            .timers()
            .find(
                data.getNamespace(), data.getTimerId(), data.getTimerFamilyId(), data.getDomain());
    if (old != null) {
      remove(old);
    }
    sequence = Math.max(sequence, timer.sequence + 1);
    if (set) {
      timer.stored = true;
      insert(timer);
    }
  }

  /** Removes a timer, which is a change of its key. */
  void remove(HeapTimer timer) {
    unhook(timer);
    store.noteSuspect(timer.key);
    noteChanged(timer);
  }

  /** Takes a timer out of its queue and its key, without a trace in the changes. */
  void unhook(HeapTimer timer) {
    queue(timer.data.getDomain()).remove(timer);
    timer.key.timers().remove(timer);
    store.closed(timer.data.getNamespace());
    if (timer.holds) {
      timer.key.release(timer.outputTimestamp());
    }
  }

  private void noteChanged(HeapTimer timer) {
    if (timer.stamp != store.stamp()) {
      timer.stamp = store.stamp();
      store.noteChanged(timer);
    }
  }
}
