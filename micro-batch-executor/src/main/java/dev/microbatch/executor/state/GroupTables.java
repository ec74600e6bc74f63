package dev.microbatch.executor.state;

import java.util.Collection;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has come for each key in each window that has not fired, where every window fires exactly
 * once. A value is kept once, however many windows it is in: values with the same windows share a
 * table of keys, and a window fires from all tables that it is one of the windows of. Nobody reads
 * a group before, so that what it holds need not be at hand until then.
 *
 * <p>Not thread-safe: owned by one task.
 */
public interface GroupTables extends Checkpointed {

  /** What has come for the same windows. */
  interface Table {

    /**
     * Adds a value to the group of a key.
     *
     * @param comparable the comparable form of the key
     * @param hash the specified hash of the key
     * @param key the user's key, null only for the void key
     * @param value the value
     */
    void add(Object comparable, int hash, @Nullable Object key, @Nullable Object value);
  }

  /** A window that was taken to fire. */
  interface ClosedWindow {

    /** The window. */
    BoundedWindow window();

    /**
     * Gives every group. To be called once, before anything else is added.
     *
     * @param sink takes them
     */
    void emit(GroupSink sink);
  }

  /** Takes what has come for the keys of a window that fires. */
  @FunctionalInterface
  interface GroupSink {

    /**
     * Takes one group.
     *
     * @param key the user's key, null only for the void key
     * @param result the values, as a list that never changes: those of the same windows in the
     *     order in which they came, those of earlier windows first; or what the combine function
     *     has made of the accumulator, which is the receiver's now
     */
    void accept(@Nullable Object key, @Nullable Object result);
  }

  /** The table of some windows; null if nothing has come for just these. */
  @Nullable Table find(Collection<? extends BoundedWindow> windows);

  /**
   * Makes the table of windows that have none.
   *
   * @param windows the windows of a record
   * @param watermark the input watermark, in milliseconds. Windows that end before it do not fire
   *     any more; there must be one that does not
   * @throws IllegalArgumentException if a window cannot be encoded
   */
  Table create(Collection<? extends BoundedWindow> windows, long watermark);

  /** Whether a window ends strictly before a watermark, in milliseconds. */
  boolean anyEndsBefore(long watermark);

  /** When the first window ends, in milliseconds; {@link Long#MAX_VALUE} if there is none. */
  long firstEnd();

  /** Takes the window that ends first. There must be one. */
  ClosedWindow removeFirst();
}
