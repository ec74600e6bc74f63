package dev.microbatch.executor.block;

import dev.microbatch.executor.time.EventTime;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Objects;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowedValues;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Everything that travels with a value but is not the value: event time, windows, pane, and the
 * rare extras (record id and offset, drain cause). One instance is shared, unchanged, along a chain
 * of steps and among all records that agree in it, so that a map over a million records allocates
 * none.
 *
 * <p>Beam's {@link WindowedValue} couples the two and needs an object per output; it appears only
 * at the border to Beam's runners-core.
 *
 * <p>Immutable and thread-safe.
 */
public final class Meta {

  /** The global window at the start of time: what a bounded source gives to a record. */
  public static final Meta GLOBAL = inGlobalWindow(EventTime.MIN);

  private final long timestamp;
  private final Collection<? extends BoundedWindow> windows;
  private final PaneInfo pane;
  private final @Nullable Extras extras;
  private @Nullable Instant instant;

  /** The rare companions of a record. */
  private record Extras(
      @Nullable String recordId, @Nullable Long recordOffset, CausedByDrain drain) {
    static @Nullable Extras of(
        @Nullable String recordId, @Nullable Long recordOffset, CausedByDrain drain) {
      return recordId == null && recordOffset == null && drain == CausedByDrain.NORMAL
          ? null
          : new Extras(recordId, recordOffset, drain);
    }
  }

  private Meta(
      long timestamp,
      Collection<? extends BoundedWindow> windows,
      PaneInfo pane,
      @Nullable Extras extras) {
    this.timestamp = timestamp;
    this.windows = windows;
    this.pane = pane;
    this.extras = extras;
  }

  /**
   * Creates metadata.
   *
   * @param timestamp event time in milliseconds
   * @param windows the windows of the record; kept by reference and never changed
   * @param pane the pane it came in
   */
  public static Meta of(
      long timestamp, Collection<? extends BoundedWindow> windows, PaneInfo pane) {
    return new Meta(timestamp, windows, pane, null);
  }

  /** Creates metadata for a record in exactly one window. */
  public static Meta of(long timestamp, BoundedWindow window, PaneInfo pane) {
    return new Meta(timestamp, Collections.singletonList(window), pane, null);
  }

  /** Creates metadata in the global window, not from a trigger firing. */
  public static Meta inGlobalWindow(long timestamp) {
    return new Meta(
        timestamp, Collections.singletonList(GlobalWindow.INSTANCE), PaneInfo.NO_FIRING, null);
  }

  /** Takes over the metadata of a windowed value. */
  public static Meta of(WindowedValue<?> value) {
    return new Meta(
        value.getTimestamp().getMillis(),
        value.getWindows(),
        value.getPaneInfo(),
        Extras.of(value.getRecordId(), value.getRecordOffset(), value.causedByDrain()));
  }

  /** Event time in milliseconds. */
  public long timestamp() {
    return timestamp;
  }

  /** Event time as an instant; made once. */
  public Instant instant() {
    Instant made = instant;
    if (made == null) {
      // A race makes two equal instants; joda's instants are immutable, so either will do.
      made = EventTime.instant(timestamp);
      instant = made;
    }
    return made;
  }

  /** The windows of the record. */
  public Collection<? extends BoundedWindow> windows() {
    return windows;
  }

  /**
   * The only window of the record.
   *
   * @throws IllegalStateException if it is in several windows or in none
   */
  public BoundedWindow window() {
    if (windows.size() != 1) {
      throw new IllegalStateException("expected one window, but there are " + windows);
    }
    return windows.iterator().next();
  }

  /** The pane that the record came in. */
  public PaneInfo pane() {
    return pane;
  }

  /** The id by which a source deduplicates, or null. */
  public @Nullable String recordId() {
    return extras == null ? null : extras.recordId();
  }

  /** The offset of the record in its source, or null. */
  public @Nullable Long recordOffset() {
    return extras == null ? null : extras.recordOffset();
  }

  /** Whether the record exists because the pipeline is being drained. */
  public CausedByDrain causedByDrain() {
    return extras == null ? CausedByDrain.NORMAL : extras.drain();
  }

  /** The same, at another time. */
  public Meta withTimestamp(long newTimestamp) {
    return newTimestamp == timestamp ? this : new Meta(newTimestamp, windows, pane, extras);
  }

  /** The same, in other windows. */
  public Meta withWindows(Collection<? extends BoundedWindow> newWindows) {
    return new Meta(timestamp, newWindows, pane, extras);
  }

  /** The same, in one window. */
  public Meta withWindow(BoundedWindow window) {
    return new Meta(timestamp, Collections.singletonList(window), pane, extras);
  }

  /** The same, in another pane. */
  public Meta withPane(PaneInfo newPane) {
    return new Meta(timestamp, windows, newPane, extras);
  }

  /** The same, with a source's record id and offset. */
  public Meta withRecordId(@Nullable String recordId, @Nullable Long recordOffset) {
    return new Meta(timestamp, windows, pane, Extras.of(recordId, recordOffset, causedByDrain()));
  }

  /** The same, with another answer to whether the pipeline is being drained. */
  public Meta withCausedByDrain(CausedByDrain drain) {
    return new Meta(
        timestamp,
        windows,
        pane,
        Extras.of(recordId(), recordOffset(), Objects.requireNonNull(drain)));
  }

  /**
   * Couples the metadata with a value, for code of Beam's that asks for both.
   *
   * @param value the value
   * @param <T> its type
   */
  public <T> WindowedValue<T> toWindowedValue(T value) {
    if (extras == null) {
      return WindowedValues.of(value, instant(), windows, pane);
    }
    return WindowedValues.of(
        value, instant(), windows, pane, extras.recordId(), extras.recordOffset(), extras.drain());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Meta that
        && timestamp == that.timestamp
        && pane.equals(that.pane)
        && Objects.equals(extras, that.extras)
        && windows.size() == that.windows.size()
        && new HashSet<>(windows).equals(new HashSet<>(that.windows));
  }

  @Override
  public int hashCode() {
    return Long.hashCode(timestamp) * 31 + pane.hashCode();
  }

  @Override
  public String toString() {
    return EventTime.describe(timestamp) + " " + windows + " " + pane;
  }
}
