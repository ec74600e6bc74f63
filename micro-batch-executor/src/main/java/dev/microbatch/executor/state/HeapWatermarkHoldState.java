package dev.microbatch.executor.state;

import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * One watermark hold, which counts among the holds of its key and of its partition as long as it is
 * there.
 */
final class HeapWatermarkHoldState extends Cell<HeapWatermarkHoldState>
    implements WatermarkHoldState {

  /** Later than any event time. */
  private static final long NONE = Long.MAX_VALUE;

  private long hold = NONE;

  HeapWatermarkHoldState(HeapScope scope, Column column) {
    super(scope, column);
  }

  /** Holds by the way in which they are combined. */
  record Type(TimestampCombiner combiner) implements Column.CellType {
    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapWatermarkHoldState(scope, column);
    }
  }

  @Override
  public TimestampCombiner getTimestampCombiner() {
    return ((Type) column().type()).combiner();
  }

  @Override
  public void add(Instant value) {
    HeapWatermarkHoldState live = live();
    long added = value.getMillis();
    long combined =
        live.hold == NONE
            ? added
            : switch (getTimestampCombiner()) {
              case EARLIEST -> Math.min(live.hold, added);
              case LATEST -> Math.max(live.hold, added);
              // The end of the window is the same for all.
              case END_OF_WINDOW -> live.hold;
            };
    if (combined != live.hold) {
      live.changing();
      live.set(combined);
    }
  }

  private void set(long timestamp) {
    if (hold != NONE) {
      owner().release(hold);
    }
    hold = timestamp;
    if (hold != NONE) {
      owner().hold(hold);
    }
  }

  @Override
  public @Nullable Instant read() {
    long held = live().hold;
    return held == NONE ? null : EventTime.instant(held);
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapWatermarkHoldState live = live();
    if (live.hold != NONE) {
      live.changing();
      live.set(NONE);
      live.mayBeVacant();
    }
  }

  @Override
  public HeapWatermarkHoldState readLater() {
    return this;
  }

  @Override
  void leaving() {
    set(NONE);
  }

  @Override
  StateEntry.Kind kind() {
    return StateEntry.Kind.HOLD;
  }

  @Override
  boolean vacant() {
    return hold == NONE;
  }

  @Override
  Capture capture(boolean all) {
    long captured = hold;
    return new Capture(false, () -> Changes.of(HoldEntry.of(captured)));
  }

  /** Takes an entry back. */
  void restore(StateEntry entry) throws MalformedEntryException {
    set(entry.op() == StateEntry.Op.CLEAR ? NONE : HoldEntry.timestamp(entry));
  }

  @Override
  void decode(Change change) {
    throw new IllegalStateException("a hold is restored at once, without a tag");
  }

  @Override
  HeapWatermarkHoldState self() {
    return this;
  }
}
