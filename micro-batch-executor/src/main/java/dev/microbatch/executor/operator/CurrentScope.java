package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.ScopedState;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The key and window that a stateful DoFn is working on. One instance per operator, shared by all
 * states and timers that user code asks for.
 */
final class CurrentScope {

  private @Nullable ScopedState scope;
  private @Nullable StatefulWindow window;
  private long timestamp;

  /**
   * Moves on to another element or timer.
   *
   * @param newScope the state of its key and window
   * @param newWindow its window
   * @param newTimestamp its timestamp, that of a timer being its output timestamp, in milliseconds
   */
  void set(ScopedState newScope, StatefulWindow newWindow, long newTimestamp) {
    scope = newScope;
    window = newWindow;
    timestamp = newTimestamp;
  }

  /** Says that there is neither an element nor a timer. */
  void clear() {
    scope = null;
    window = null;
  }

  /**
   * The state of the key and window.
   *
   * @throws IllegalStateException if there is neither an element nor a timer
   */
  ScopedState scope() {
    ScopedState known = scope;
    if (known == null) {
      throw new IllegalStateException(
          "State or a timer was used when neither an element nor a timer is being processed. Use it"
              + " before the method returns");
    }
    return known;
  }

  /** The window. */
  StatefulWindow window() {
    return window;
  }

  /** The timestamp of the element or timer, in milliseconds. */
  long timestamp() {
    return timestamp;
  }
}
