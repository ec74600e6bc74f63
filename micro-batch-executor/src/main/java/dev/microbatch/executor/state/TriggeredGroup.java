package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * What has come for a key in a window that may fire more than once, or may merge, and all that is
 * remembered of it: values or an accumulator, where it holds the watermark, what its trigger
 * remembers, its last pane. Whoever changes it says so before ({@link TriggeredGroups#changing}).
 *
 * <p>Made small: 80 bytes on the heap, besides what it refers to.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class TriggeredGroup {

  /** Has content, be it null. */
  private static final int PRESENT = 1;

  /** Its content is the only value itself, and not a list. */
  private static final int SINGLE = 1 << 1;

  private static final int HELD = 1 << 2;
  private static final int HELD_FOR_EXPIRY = 1 << 3;
  private static final int WAKES_AT_END = 1 << 4;

  /** Commits contain it, under its window of now. */
  private static final int STORED = 1 << 5;

  /** What commits contain of its values is the front of what it has now. */
  private static final int VALUES_STORED = 1 << 6;

  /** It is among the changes since the last commit. */
  private static final int LISTED = 1 << 7;

  /** It may have to find another place in the queues. */
  private static final int TOUCHED = 1 << 8;

  private static final int GONE = 1 << 9;
  private static final int MARKED = 1 << 10;

  /** Beyond this it counts no additions, since only whether there are any matters. */
  private static final int MANY = 1 << 30;

  private final KeyWindows key;

  /** A value, {@link Elements}, an accumulator, or nothing. */
  @Nullable Object content;

  /** What was captured of its accumulator, as long as nobody has touched that since. */
  @Nullable FrozenTriggeredGroup frozen;

  /** Its places in two queues, which alone change them; negative if it is not there. */
  int endPosition = -1;

  int holdPosition = -1;

  private @Nullable TriggerMemory memory;

  /** Null for an interval that can be made again. */
  private @Nullable BoundedWindow window;

  private @Nullable LastPane lastPane;
  private int additions;
  private int flags;

  /** Of an interval; otherwise the end. */
  private long start;

  private long end;
  private long hold;

  /**
   * Creates an empty group.
   *
   * @param key the key
   * @param window the window
   * @param compact whether to make an interval anew each time it is asked for
   */
  TriggeredGroup(KeyWindows key, BoundedWindow window, boolean compact) {
    this.key = key;
    setWindow(window, compact);
  }

  void setWindow(BoundedWindow changed, boolean compact) {
    end = EventTime.endOf(changed);
    if (changed.getClass() == IntervalWindow.class) {
      start = ((IntervalWindow) changed).start().getMillis();
      window = compact ? null : changed;
    } else {
      start = end;
      window = changed;
    }
  }

  /** The key with its windows. */
  public KeyWindows key() {
    return key;
  }

  /** The window. */
  public BoundedWindow window() {
    return window != null
        ? window
        : new IntervalWindow(EventTime.instant(start), Instant.ofEpochMilli(end + 1));
  }

  /**
   * Whether this is its window: windows are one if their encodings are.
   *
   * @param codec of the windows
   */
  @SuppressWarnings("ReferenceEquality") // A shortcut: records often share their windows.
  boolean isIn(BoundedWindow other, KeyCodec<BoundedWindow> codec) {
    if (window != null) {
      return window == other || codec.comparable(window).equals(codec.comparable(other));
    }
    return other instanceof IntervalWindow interval
        && interval.start().getMillis() == start
        && interval.end().getMillis() == end + 1;
  }

  /** The first millisecond of its window if that is an interval; otherwise the last. */
  public long start() {
    return start;
  }

  /** The last millisecond of its window. */
  public long end() {
    return end;
  }

  /** What its trigger remembers; null if that remembers nothing. */
  public @Nullable TriggerMemory memory() {
    return memory;
  }

  /** Replaces what its trigger remembers. */
  public void setMemory(@Nullable TriggerMemory changed) {
    memory = changed;
  }

  /** Whether it holds the watermark. */
  public boolean isHeld() {
    return is(HELD);
  }

  /** Where it holds the watermark, in milliseconds; {@link EventTime#MAX} if it does not. */
  public long hold() {
    return isHeld() ? hold : EventTime.MAX;
  }

  /**
   * Whether it holds the watermark only so that what comes of it is not too late when it expires.
   */
  public boolean isHeldForExpiry() {
    return is(HELD_FOR_EXPIRY);
  }

  /**
   * Holds the watermark, at this time only.
   *
   * @param millis event time
   * @param forExpiry see {@link #isHeldForExpiry}
   */
  public void holdAt(long millis, boolean forExpiry) {
    hold = millis;
    set(HELD, true);
    set(HELD_FOR_EXPIRY, forExpiry);
  }

  /** Holds the watermark no longer. */
  public void release() {
    set(HELD, false);
    set(HELD_FOR_EXPIRY, false);
  }

  /** Whether it is to be looked at when the watermark is behind its window. */
  public boolean wakesAtEnd() {
    return is(WAKES_AT_END);
  }

  /** Says whether it is to be looked at when the watermark is behind its window. */
  public void setWakesAtEnd(boolean wakes) {
    set(WAKES_AT_END, wakes);
  }

  /** Its last pane; null if it has not fired. */
  public @Nullable LastPane lastPane() {
    return lastPane;
  }

  /** Replaces its last pane. */
  public void setLastPane(@Nullable LastPane pane) {
    lastPane = pane;
  }

  /** How many elements have come since its last pane, as far as that is counted: up to 2^30. */
  public int additions() {
    return additions;
  }

  /** Counts elements. */
  public void addAdditions(int count) {
    additions = Math.min(additions + count, MANY);
  }

  /** Counts elements from zero again. */
  public void clearAdditions() {
    additions = 0;
  }

  /** Whether there are values or an accumulator. */
  public boolean hasContent() {
    return is(PRESENT);
  }

  void setContent(@Nullable Object changed, boolean single) {
    content = changed;
    set(PRESENT, true);
    set(SINGLE, single);
  }

  void removeContent() {
    content = null;
    set(PRESENT | SINGLE | VALUES_STORED, false);
  }

  boolean isSingle() {
    return is(SINGLE);
  }

  /** Whether somebody has marked it: a note for whoever is working on the key. */
  public boolean isMarked() {
    return is(MARKED);
  }

  /** Marks it, or takes the mark away. */
  public void setMarked(boolean marked) {
    set(MARKED, marked);
  }

  boolean isStored() {
    return is(STORED);
  }

  void setStored(boolean stored) {
    set(STORED, stored);
  }

  boolean areValuesStored() {
    return is(VALUES_STORED);
  }

  void setValuesStored(boolean stored) {
    set(VALUES_STORED, stored);
  }

  boolean isListed() {
    return is(LISTED);
  }

  void setListed(boolean listed) {
    set(LISTED, listed);
  }

  boolean isTouched() {
    return is(TOUCHED);
  }

  void setTouched(boolean touched) {
    set(TOUCHED, touched);
  }

  boolean isGone() {
    return is(GONE);
  }

  void setGone() {
    set(GONE, true);
  }

  private boolean is(int flag) {
    return (flags & flag) != 0;
  }

  private void set(int flag, boolean on) {
    flags = on ? flags | flag : flags & ~flag;
  }

  /** To be called before an accumulator may be mutated. */
  void touchingContent() {
    if (frozen != null) {
      frozen.encodeNow();
      frozen = null;
    }
  }

  @Override
  public String toString() {
    return key + " in " + window();
  }
}
