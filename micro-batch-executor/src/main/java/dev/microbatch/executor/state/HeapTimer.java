package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A timer that is set. It is in the {@link TimerQueue} of its domain and in the {@link HeapScope}
 * of its key and namespace.
 */
final class HeapTimer implements Tracked {

  final HeapScope scope;
  private TimerId id;
  private long timestamp;
  private long outputTimestamp;

  /** Order of setting among timers with the same timestamp. */
  long sequence;

  /** The next one in a short list of a scope's timers. */
  @Nullable HeapTimer next;

  /** Index in the queue, -1 when it is not there: fired, or deleted. */
  int position = -1;

  /** Whether the watermark is held at the output timestamp. */
  private boolean holds;

  private boolean byDrain;

  /** Whether it is listed as changed. */
  boolean listed;

  /** Whether the snapshots so far contain it. */
  boolean stored;

  HeapTimer(HeapScope scope, TimerId id, long sequence) {
    this.scope = scope;
    this.id = id;
    this.sequence = sequence;
  }

  /** Whether it is set to this already. */
  boolean isSetTo(long timestamp, long outputTimestamp, boolean holds, boolean byDrain) {
    return this.timestamp == timestamp
        && this.outputTimestamp == outputTimestamp
        && this.holds == holds
        && this.byDrain == byDrain;
  }

  /** Sets it. What counts it by its times has to be told. */
  void set(long timestamp, long outputTimestamp, boolean holds, boolean byDrain) {
    this.timestamp = timestamp;
    this.outputTimestamp = outputTimestamp;
    this.holds = holds;
    this.byDrain = byDrain;
  }

  @Override
  public HeapKeyedState owner() {
    return scope.key();
  }

  @Override
  public StateNamespace namespace() {
    return scope.namespace();
  }

  TimerId id() {
    return id;
  }

  TimeDomain domain() {
    return id.domain();
  }

  long timestamp() {
    return timestamp;
  }

  long outputTimestamp() {
    return outputTimestamp;
  }

  /** Whether the watermark is held at the output timestamp. */
  boolean holds() {
    return holds;
  }

  /** Whether it has an identity. The instance that was asked for last is recognized at once. */
  @SuppressWarnings("ReferenceEquality") // A shortcut: whoever sets a timer often keeps its id.
  boolean is(TimerId other) {
    if (id == other) {
      return true;
    }
    if (!id.equals(other)) {
      return false;
    }
    id = other;
    return true;
  }

  /** The one of this and another that fires first. */
  HeapTimer earlier(@Nullable HeapTimer other) {
    return other == null || before(other) ? this : other;
  }

  /** Whether this one fires before another of the same domain. */
  boolean before(HeapTimer other) {
    return timestamp < other.timestamp
        || (timestamp == other.timestamp && sequence < other.sequence);
  }

  /** Whether it fires behind one of its domain with a timestamp and order of setting. */
  boolean behind(long timestamp, long sequence) {
    return this.timestamp > timestamp || (this.timestamp == timestamp && this.sequence > sequence);
  }

  /** What is said of it when it fires. */
  FiredTimer fired() {
    return new FiredTimer(scope, id, timestamp, outputTimestamp, byDrain);
  }

  @Override
  public void leave() {
    owner().store().timers().unhook(this);
  }

  @Override
  public void unlisted() {
    listed = false;
  }

  @Override
  public @Nullable Frozen freeze(HeapSnapshot snapshot, boolean all) {
    boolean live = position >= 0;
    boolean write = live || (stored && !all);
    stored = live;
    return write
        ? new FrozenTimer(
            scope,
            id,
            timestamp,
            outputTimestamp,
            holds,
            byDrain,
            sequence,
            live ? StateEntry.Op.PUT : StateEntry.Op.DELETE)
        : null;
  }

  /** A captured timer. */
  private record FrozenTimer(
      HeapScope scope,
      TimerId id,
      long timestamp,
      long outputTimestamp,
      boolean holds,
      boolean byDrain,
      long sequence,
      StateEntry.Op op)
      implements Frozen {

    @Override
    public HeapKeyedState key() {
      return scope.key();
    }

    @Override
    public void write(KeyWriter out) throws IOException {
      String namespace;
      try {
        namespace = scope.namespace().stringKey();
      } catch (RuntimeException e) { // of the coder of the window
        throw new EncodingException("the timer '" + id.id() + "' in " + scope.namespace(), e);
      }
      TimerEntry timer =
          new TimerEntry(
              holds,
              byDrain,
              sequence,
              id.id(),
              id.family(),
              namespace,
              timestamp,
              outputTimestamp,
              id.domain());
      out.timer(new Change(op, timer.encode()));
    }
  }
}
