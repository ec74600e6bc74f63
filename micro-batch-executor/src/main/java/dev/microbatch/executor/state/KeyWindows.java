package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import java.util.Arrays;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The windows of one key in which something has come, in order of their ends. A key with one window
 * has no list.
 *
 * <p>Not thread-safe: owned by one task. The key itself may be read by any thread.
 */
public final class KeyWindows implements HashedKey {

  private final @Nullable Object key;
  private final Object comparable;
  private final int hash;

  /** Nothing, a group, or several. */
  private @Nullable Object groups;

  private int pending;

  /** Several groups. */
  private static final class Several {
    private TriggeredGroup[] sorted;
    private int size;

    Several(TriggeredGroup only) {
      sorted = new TriggeredGroup[] {only, null};
      size = 1;
    }
  }

  KeyWindows(@Nullable Object key, Object comparable, int hash) {
    this.key = key;
    this.comparable = comparable;
    this.hash = hash;
  }

  /** The user's key, null only for the void key. */
  public @Nullable Object key() {
    return key;
  }

  Object comparable() {
    return comparable;
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public boolean is(Object other, int otherHash) {
    return hash == otherHash && comparable.equals(other);
  }

  /** A number for whoever has something for this key: it is kept as long as that is not 0. */
  public int pending() {
    return pending;
  }

  /** Changes that number. */
  public void setPending(int number) {
    pending = number;
  }

  /** Whether there is nothing that it would have to be kept for. */
  boolean isVacant() {
    return groups == null && pending == 0;
  }

  /** How many windows there are. */
  public int size() {
    return groups == null ? 0 : groups instanceof Several several ? several.size : 1;
  }

  /**
   * A group.
   *
   * @param index from 0, in order of the ends of their windows
   */
  public TriggeredGroup get(int index) {
    return groups instanceof Several several ? several.sorted[index] : (TriggeredGroup) groups;
  }

  /** The group of a window, or null if there is none. */
  @Nullable TriggeredGroup find(BoundedWindow window, KeyCodec<BoundedWindow> codec) {
    if (groups == null) {
      return null;
    }
    long end = EventTime.endOf(window);
    for (int i = firstNotBefore(end); i < size() && get(i).end() == end; i++) {
      if (get(i).isIn(window, codec)) {
        return get(i);
      }
    }
    return null;
  }

  /**
   * The index of the first group whose window ends at a time or later; {@link #size} if there is
   * none.
   *
   * @param end the last millisecond of the window
   */
  public int firstNotBefore(long end) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).end() < end) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The earliest hold of its groups, in milliseconds; {@link EventTime#MAX} if there is none. */
  public long minHold() {
    long min = EventTime.MAX;
    for (int i = 0; i < size(); i++) {
      min = Math.min(min, get(i).hold());
    }
    return min;
  }

  void add(TriggeredGroup group) {
    if (groups == null) {
      groups = group;
      return;
    }
    if (groups instanceof TriggeredGroup only) {
      groups = new Several(only);
    }
    Several several = (Several) groups;
    if (several.size == several.sorted.length) {
      several.sorted = Arrays.copyOf(several.sorted, several.size + 2 + (several.size >> 1));
    }
    int at = firstNotBefore(group.end());
    System.arraycopy(several.sorted, at, several.sorted, at + 1, several.size - at);
    several.sorted[at] = group;
    several.size++;
  }

  /** Removes a group that is there, before its end changes. */
  void remove(TriggeredGroup group) {
    if (groups == group) {
      groups = null;
      return;
    }
    Several several = (Several) groups;
    int at = firstNotBefore(group.end());
    while (several.sorted[at] != group) {
      at++;
    }
    several.size--;
    System.arraycopy(several.sorted, at + 1, several.sorted, at, several.size - at);
    several.sorted[several.size] = null;
    if (several.size == 1) {
      groups = several.sorted[0];
    }
  }

  @Override
  public String toString() {
    return "key " + key;
  }
}
