package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Keyed state, timers and watermark holds of one stage in one partition.
 *
 * <h2>Calls</h2>
 *
 * One thread at a time uses a store; nothing is locked. An operator asks for a {@link #key key},
 * works with it and turns to the next one. A key that is left with no cell, timer or hold takes no
 * memory; a handle to it that somebody kept keeps working and brings the key back when it is
 * written to.
 *
 * <h2>Ownership</h2>
 *
 * Nothing that is read from a cell aliases state that is retained and will change: what a bag gives
 * is a view that later additions do not reach, an accumulator goes out as a copy. Values themselves
 * are handed in and out by reference, as Beam forbids to mutate them after they were output.
 *
 * <h2>Commits</h2>
 *
 * Between two batches {@link #freeze} gives what has changed since the last time, without encoding
 * it. The {@link StateSnapshot} may be written by another thread while this store is used again.
 */
public interface StateStore {

  /**
   * The state of a key, empty if the key is new.
   *
   * @param comparable what {@link KeyCodec#comparable} gave for the key
   * @param key the user's key, null only for the void key
   * @param hash what {@link KeyCodec#hash} gave for the key
   */
  KeyedState key(Object comparable, @Nullable Object key, int hash);

  /** The slot of the cells of a state tag. */
  StateSlot slot(StateTag<?> tag);

  /**
   * The earliest watermark hold of all keys, of cells and of timers, in milliseconds; {@link
   * EventTime#MAX} if there is none.
   */
  long minHold();

  /**
   * The timestamp at which the earliest timer of a domain fires, in milliseconds; {@link
   * Long#MAX_VALUE} if there is none.
   */
  long nextTimer(TimeDomain domain);

  /**
   * Removes the earliest timer of a domain, in order of timestamp and then of setting, and releases
   * its hold.
   *
   * @param domain the time domain
   * @param before only a timer with a timestamp strictly before this is due, in milliseconds
   * @return the timer with its key, or null if none is due
   */
  @Nullable FiredTimer pollTimer(TimeDomain domain, long before);

  /**
   * From now on it knows its {@link #earliestWindow}, at the price of an index. To be called while
   * it is empty.
   */
  void indexWindows();

  /**
   * The earliest end of a window that has state or timers under any key, in milliseconds; {@link
   * EventTime#MAX} if there is none.
   *
   * @throws IllegalStateException if windows are not indexed
   */
  long earliestWindow();

  /** Whether no key has state, timers or holds. */
  boolean isEmpty();

  /**
   * Captures what has changed since the previous freeze or restore, and what is asked for as a
   * whole. The next one is relative to this one.
   *
   * @param commit the number of the commit that the changes belong to; greater than the one before
   * @param scope what is asked for as a whole
   * @throws IllegalStateException if changes are not tracked, and not everything is asked for
   */
  StateSnapshot freeze(long commit, SnapshotScope scope);

  /**
   * Fills an empty store with the entries of a full snapshot, then with those of each later one, in
   * order. Timers and holds are live at once; cells are decoded when they are first asked for,
   * because their coders come with the tag.
   *
   * @param range the key groups to take; entries of others are passed over
   * @return takes what {@link StateSnapshot#writeTo} wrote; throws an {@link
   *     IllegalArgumentException} for what it cannot decode
   * @throws IllegalStateException if the store is in use
   */
  EntrySink restoring(KeyGroupRange range);

  /**
   * Ends {@link #restoring}.
   *
   * @param commit the number of the commit that was restored
   */
  void restored(long commit);
}
