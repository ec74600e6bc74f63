package dev.microbatch.executor.state;

import org.apache.beam.runners.core.StateNamespace;

/** What a key has: a cell or a timer, whose changes go into snapshots. */
interface Tracked extends Changed {

  /** Where it belongs within its key. */
  StateNamespace namespace();

  /** Takes it from its key, which leaves the heap, with all that counts for it outside. */
  void leave();
}
