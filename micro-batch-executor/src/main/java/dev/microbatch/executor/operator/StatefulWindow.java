package dev.microbatch.executor.operator;

import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * A window with what a stateful step asks of it for every record.
 *
 * @param window the window
 * @param namespace where its state and timers are
 * @param expiry its end with the allowed lateness, in milliseconds: a record that comes when the
 *     watermark is behind it is dropped, and state is cleaned one millisecond later
 */
record StatefulWindow(BoundedWindow window, StateNamespace namespace, long expiry) {

  /** When state is cleaned: late enough for user timers at the very end to find it. */
  long cleanup() {
    return expiry + 1;
  }
}
