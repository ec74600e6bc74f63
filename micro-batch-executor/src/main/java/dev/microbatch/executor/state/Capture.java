package dev.microbatch.executor.state;

import java.io.IOException;

/**
 * What a cell contributes to a snapshot: references to its contents, and how to encode them.
 *
 * @param mutable whether the contents may be mutated in place by whoever touches the cell next, so
 *     that they have to be encoded before
 * @param encoder encodes the contents
 */
record Capture(boolean mutable, Encoder encoder) {

  /** The cell has nothing left of what was stored before. */
  static final Capture CLEARED = new Capture(false, () -> Changes.of(Change.CLEAR));

  /** Encodes captured contents. */
  @FunctionalInterface
  interface Encoder {
    Changes encode() throws IOException;
  }
}
