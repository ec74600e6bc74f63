package dev.microbatch.executor.state;

import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has come for each key in each window that has not fired, where every window fires exactly
 * once: a table of keys per window. Nobody reads a group between two additions to it, so that what
 * it holds need not be at hand until its window fires.
 *
 * <p>Not thread-safe: owned by one task.
 */
public interface GroupTables extends Checkpointed {

  /** What has come for one window. */
  interface Table {

    /** The window. */
    BoundedWindow window();

    /**
     * Adds a value to the group of a key.
     *
     * @param comparable the comparable form of the key
     * @param key the user's key, null only for the void key
     * @param value the value
     */
    void add(Object comparable, @Nullable Object key, @Nullable Object value);

    /**
     * Gives every group. To be called once, after the window was taken by {@link #removeFirst}.
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
     * @param result the list of values, or what the combine function has made of the accumulator;
     *     it is the receiver's now
     */
    void accept(@Nullable Object key, @Nullable Object result);
  }

  /** The table of a window; null if nothing has come for it, or if it was taken. */
  @Nullable Table find(BoundedWindow window);

  /**
   * Makes the table of a window that has none.
   *
   * @throws IllegalArgumentException if the window cannot be encoded
   */
  Table create(BoundedWindow window);

  /** Whether a window ends strictly before a watermark, in milliseconds. */
  boolean anyEndsBefore(long watermark);

  /** When the first window ends, in milliseconds; {@link Long#MAX_VALUE} if there is none. */
  long firstEnd();

  /** Takes the tables of the windows that end first. There must be one. */
  List<? extends Table> removeFirst();
}
