package dev.microbatch.executor.state;

import org.checkerframework.checker.nullness.qual.Nullable;

/** Something that is listed as changed, and goes into the next snapshot. */
interface Changed {

  /** The key that it belongs to. */
  HeapKeyedState owner();

  /**
   * Captures it, and starts tracking afresh.
   *
   * @param snapshot where it goes
   * @param all whether to capture everything, or only what has changed
   * @return null if there is nothing to write
   */
  @Nullable Frozen freeze(HeapSnapshot snapshot, boolean all);

  /** Says that it is not listed any more: its next change lists it again. */
  void unlisted();
}
