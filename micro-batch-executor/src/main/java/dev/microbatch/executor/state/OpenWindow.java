package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A window, and the tables that it fires from. */
final class OpenWindow {

  /** By their ends; those with the same end in the order in which they were made. */
  static final Comparator<OpenWindow> BY_END =
      Comparator.comparingLong(OpenWindow::end).thenComparingLong(window -> window.number);

  private final BoundedWindow window;
  private final Object comparable;
  private final long end;
  private final long number;
  private @Nullable HeapGroupTable alone;
  private @Nullable List<HeapGroupTable> shared;
  private boolean closed;

  /**
   * Creates a window without tables.
   *
   * @param window the window
   * @param comparable its comparable form
   * @param number tells it from others with the same end
   */
  OpenWindow(BoundedWindow window, Object comparable, long number) {
    this.window = window;
    this.comparable = comparable;
    this.end = window.maxTimestamp().getMillis();
    this.number = number;
  }

  BoundedWindow window() {
    return window;
  }

  Object comparable() {
    return comparable;
  }

  /** The end, in milliseconds. */
  long end() {
    return end;
  }

  /** The table of what is in this window only, or null. */
  @Nullable HeapGroupTable alone() {
    return alone;
  }

  /** Adds a table; once for each time that the window is one of its windows. */
  void add(HeapGroupTable table) {
    if (!table.isShared()) {
      alone = table;
      return;
    }
    if (shared == null) {
      shared = new ArrayList<>();
    }
    shared.add(table);
  }

  /** Takes a shared table out. Says whether it was the last one. */
  boolean remove(HeapGroupTable table) {
    if (shared != null) {
      shared.removeIf(each -> each == table);
    }
    return alone == null && (shared == null || shared.isEmpty());
  }

  /** The tables, in order of time. */
  List<HeapGroupTable> tables() {
    if (shared == null) {
      return alone == null ? List.of() : List.of(alone);
    }
    List<HeapGroupTable> all = new ArrayList<>(shared);
    if (alone != null) {
      all.add(alone);
    }
    all.sort(HeapGroupTable.BY_TIME);
    return all;
  }

  /** Whether it has fired, or nothing more may come for it. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Says that it has fired, or that nothing more may come for it, and lets go of its tables: those
   * that are needed have other windows, and would keep all that there have ever been.
   */
  void close() {
    closed = true;
    alone = null;
    shared = null;
  }
}
