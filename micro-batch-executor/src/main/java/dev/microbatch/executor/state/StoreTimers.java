package dev.microbatch.executor.state;

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

  /** How many timers are set, in all domains. */
  long size() {
    long size = 0;
    for (TimerQueue queue : queues) {
      size += queue.size();
    }
    return size;
  }

  /** The timer of a domain that fires first, or null if there is none. */
  @Nullable HeapTimer first(TimeDomain domain) {
    return queue(domain).peek();
  }

  /** Sets a timer in the scope of an attached key. */
  void set(
      HeapScope scope,
      TimerId id,
      long timestamp,
      long outputTimestamp,
      boolean holds,
      boolean byDrain) {
    HeapTimer timer = scope.timer(id);
    if (timer == null) {
      timer = new HeapTimer(scope, id, sequence++);
      timer.set(timestamp, outputTimestamp, holds, byDrain);
      insert(timer);
    } else {
      if (timer.isSetTo(timestamp, outputTimestamp, holds, byDrain)) {
        return;
      }
      release(timer);
      timer.set(timestamp, outputTimestamp, holds, byDrain);
      timer.sequence = sequence++;
      queue(id.domain()).moved(timer);
      hold(timer);
    }
    noteChanged(timer);
  }

  private void insert(HeapTimer timer) {
    timer.scope.add(timer);
    queue(timer.domain()).add(timer);
    hold(timer);
  }

  private static void hold(HeapTimer timer) {
    if (timer.holds()) {
      timer.owner().hold(timer.outputTimestamp());
    }
  }

  private static void release(HeapTimer timer) {
    if (timer.holds()) {
      timer.owner().release(timer.outputTimestamp());
    }
  }

  /** Sets or deletes a timer as a snapshot says, in place of the one with its identity. */
  void restore(HeapScope scope, TimerEntry entry, TimerId id, StateEntry.Op op) {
    HeapTimer old = scope.timer(id);
    if (old != null) {
      remove(old);
    }
    sequence = Math.max(sequence, entry.sequence() + 1);
    if (op == StateEntry.Op.PUT) {
      HeapTimer timer = new HeapTimer(scope, id, entry.sequence());
      timer.set(entry.timestamp(), entry.output(), entry.holds(), entry.byDrain());
      timer.stored = true;
      insert(timer);
    }
  }

  /** Removes a timer, which is a change of its key. */
  void remove(HeapTimer timer) {
    unhook(timer);
    store.noteSuspect(timer.owner());
    noteChanged(timer);
  }

  /** Takes a timer out of its queue and its scope, without a trace in the changes. */
  void unhook(HeapTimer timer) {
    queue(timer.domain()).remove(timer);
    timer.scope.remove(timer);
    release(timer);
  }

  private void noteChanged(HeapTimer timer) {
    if (!timer.listed && store.tracked()) {
      timer.listed = true;
      store.noteChanged(timer);
    }
  }
}
