package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.runners.core.TimerInternals.TimerDataCoderV2;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.CausedByDrain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A timer that is set. It is in the {@link TimerQueue} of its domain and in the {@link KeyTimers}
 * of its key.
 */
final class HeapTimer implements Tracked {

  private static final int HOLDS = 1;
  private static final int DRAIN = 2;

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
  static HeapTimer decode(HeapKeyedState key, byte[] bytes, TimerDataCoderV2 coder)
      throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    int flags = in.read();
    long sequence = VarInt.decodeLong(in);
    TimerData data = coder.decode(in);
    if ((flags & DRAIN) != 0) {
      data = TimerCause.of(data, CausedByDrain.CAUSED_BY_DRAIN);
    }
    return new HeapTimer(key, data, (flags & HOLDS) != 0, sequence);
  }

  /** A captured timer. */
  private record FrozenTimer(
      HeapKeyedState key, TimerData data, boolean holds, long sequence, StateEntry.Op op)
      implements Frozen {

    /**
     * One byte of flags (1: holds the watermark, 2: caused by a drain), the order of setting as a
     * varint, then Beam's encoding of the timer.
     */
    @Override
    public void write(KeyWriter out) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      boolean drain = data.causedByDrain() == CausedByDrain.CAUSED_BY_DRAIN;
      bytes.write((holds ? HOLDS : 0) | (drain ? DRAIN : 0));
      VarInt.encode(sequence, bytes);
      try {
        out.timerCoder().encode(data, bytes);
      } catch (IOException | RuntimeException e) {
        throw new EncodingException(
            "the timer '" + data.getTimerId() + "' in " + data.getNamespace(), e);
      }
      out.timer(new Change(op, bytes.toByteArray()));
    }
  }
}
