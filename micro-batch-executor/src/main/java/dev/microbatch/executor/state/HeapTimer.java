package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A timer that is set. It is in the {@link TimerQueue} of its domain and in the {@link KeyTimers}
 * of its key.
 */
final class HeapTimer implements Tracked {

  final HeapKeyedState key;
  TimerData data;

  /** Whether the watermark is held at the output timestamp. */
  boolean holds;

  /** Order of setting among timers with the same timestamp. */
  long sequence;

  /** Index in the queue, -1 when it is not there: fired, or deleted. */
  int position = -1;

  /** The commit in which it last changed. */
  long stamp = -1;

  /** Whether the snapshots so far contain it. */
  boolean stored;

  /** The next one in a short list of a key's timers. */
  @Nullable HeapTimer next;

  HeapTimer(HeapKeyedState key, TimerData data, boolean holds, long sequence) {
    this.key = key;
    this.data = data;
    this.holds = holds;
    this.sequence = sequence;
  }

  @Override
  public HeapKeyedState owner() {
    return key;
  }

  long timestamp() {
    return data.getTimestamp().getMillis();
  }

  long outputTimestamp() {
    return data.getOutputTimestamp().getMillis();
  }

  boolean is(StateNamespace namespace, String id, String family, TimeDomain domain) {
    return data.getDomain() == domain
        && data.getTimerId().equals(id)
        && data.getTimerFamilyId().equals(family)
        && data.getNamespace().equals(namespace);
  }

  /** The timer with an identity in the list that begins with {@code first}; null if none has it. */
  static @Nullable HeapTimer find(
      @Nullable HeapTimer first,
      StateNamespace namespace,
      String id,
      String family,
      TimeDomain domain) {
    for (HeapTimer timer = first; timer != null; timer = timer.next) {
      if (timer.is(namespace, id, family, domain)) {
        return timer;
      }
    }
    return null;
  }

  /** Takes a timer out of the list that begins with {@code first}; gives the new beginning. */
  static @Nullable HeapTimer unlink(HeapTimer first, HeapTimer timer) {
    HeapTimer rest = timer.next;
    timer.next = null;
    if (first == timer) {
      return rest;
    }
    HeapTimer before = first;
    while (before.next != timer) {
      before = before.next;
    }
    before.next = rest;
    return first;
  }

  /** Whether this one fires before another of the same domain. */
  boolean before(HeapTimer other) {
    int order = Long.compare(timestamp(), other.timestamp());
    return order < 0 || (order == 0 && sequence < other.sequence);
  }

  /** Whether it fires behind one of its domain with a timestamp and order of setting. */
  boolean behind(long timestamp, long sequence) {
    int order = Long.compare(timestamp(), timestamp);
    return order > 0 || (order == 0 && this.sequence > sequence);
  }

  @Override
  public StateNamespace namespace() {
    return data.getNamespace();
  }

  @Override
  public void leave() {
    key.store().timers().unhook(this);
  }

  @Override
  public void unlisted() {
    stamp = -1;
  }

  @Override
  public @Nullable Frozen freeze(HeapSnapshot snapshot, boolean all) {
    boolean live = position >= 0;
    boolean write = live || (stored && !all);
    stored = live;
    return write
        ? new FrozenTimer(
            key, data, holds, sequence, live ? StateEntry.Op.PUT : StateEntry.Op.DELETE)
        : null;
  }

  /** Reads a timer from an entry. */
  static HeapTimer decode(
      HeapKeyedState key, StateEntry entry, Coder<? extends BoundedWindow> windowCoder)
      throws MalformedEntryException {
    TimerEntry stored = TimerEntry.parse(entry);
    return new HeapTimer(key, stored.data(windowCoder), stored.holds(), stored.sequence());
  }

  /** A captured timer. */
  private record FrozenTimer(
      HeapKeyedState key, TimerData data, boolean holds, long sequence, StateEntry.Op op)
      implements Frozen {

    @Override
    public void write(KeyWriter out) throws IOException {
      TimerEntry timer;
      try {
        timer = TimerEntry.of(data, holds, sequence);
      } catch (RuntimeException e) { // of the coder of the window
        throw new EncodingException(
            "the timer '" + data.getTimerId() + "' in " + data.getNamespace(), e);
      }
      out.timer(new Change(op, timer.encode()));
    }
  }
}
