package dev.microbatch.executor.state;

import java.io.IOException;

/** A captured cell or timer. */
interface Frozen {

  /** The key that it belongs to. */
  HeapKeyedState key();

  /** Encodes it. Called by the thread that writes the snapshot. */
  void write(KeyWriter out) throws IOException;
}
