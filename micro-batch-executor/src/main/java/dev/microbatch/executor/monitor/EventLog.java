package dev.microbatch.executor.monitor;

import dev.microbatch.executor.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The last events, numbered from 1.
 *
 * <p>Thread-safe: whoever asks something of a pipeline does so on a thread of its own.
 */
final class EventLog {

  private static final int KEPT = 200;

  private final Clock clock;
  private final Deque<Event> kept = new ArrayDeque<>();
  private long number;

  /**
   * Creates an empty one.
   *
   * @param clock says when things happen
   */
  EventLog(Clock clock) {
    this.clock = clock;
  }

  /** Adds an event in which nothing is thrown. */
  void add(Event.Kind kind, String text) {
    add(kind, text, null, null);
  }

  /**
   * Adds an event.
   *
   * @param message what was thrown has said
   * @param thrown what was thrown
   */
  synchronized void add(
      Event.Kind kind, String text, @Nullable String message, @Nullable Throwable thrown) {
    if (kept.size() == KEPT) {
      kept.remove();
    }
    number++;
    kept.add(new Event(number, clock.millis(), kind, text, message, thrown));
  }

  /** A copy, the oldest first. */
  synchronized List<Event> list() {
    return List.copyOf(kept);
  }
}
