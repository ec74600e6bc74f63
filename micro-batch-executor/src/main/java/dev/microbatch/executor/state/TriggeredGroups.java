package dev.microbatch.executor.state;

import java.util.List;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has come for each key in each of its windows, where windows may fire more than once, or
 * merge. A group is read between two additions, so it is at hand while its key is worked on.
 *
 * <h2>Calls</h2>
 *
 * Whoever works on a key gets it by {@link #key} or {@link #findDue}, tells of each group that is
 * going to change ({@link #changing}), and in the end that all is done ({@link #settle}): only then
 * are times looked at again. A key that is left without groups takes no memory, unless it has
 * something {@linkplain KeyWindows#pending pending}.
 *
 * <h2>Ownership</h2>
 *
 * What {@link #pane} gives is the receiver's: later additions do not reach it.
 *
 * <p>Not thread-safe: owned by one task.
 */
public interface TriggeredGroups extends Checkpointed {

  /**
   * The windows of a key, none if the key is new.
   *
   * @param comparable the comparable form of the key
   * @param key the user's key, null only for the void key
   * @param hash its specified hash
   */
  KeyWindows key(Object comparable, @Nullable Object key, int hash);

  /** The group of a window, or null if there is none. */
  @Nullable TriggeredGroup find(KeyWindows key, BoundedWindow window);

  /**
   * Makes the group of a window that has none.
   *
   * @param memory what its trigger remembers
   */
  TriggeredGroup create(KeyWindows key, BoundedWindow window, @Nullable TriggerMemory memory);

  /** Says that a group is going to change. */
  void changing(TriggeredGroup group);

  /** Adds a value to a group that is changing. */
  void add(TriggeredGroup group, @Nullable Object value);

  /**
   * The values of a group, as a list, or what the combine function makes of its accumulator.
   *
   * @param keep whether the group will go on with what it has; if not, its content is to be removed
   */
  @Nullable Object pane(TriggeredGroup group, boolean keep);

  /** Removes the values or the accumulator of a group that is changing. */
  void removeContent(TriggeredGroup group);

  /**
   * Merges groups of one key: all but one are gone, and that one has the contents of all, under
   * another window perhaps. It has nothing else of the others; what it has itself may be wrong for
   * the new window.
   *
   * @param groups at least one; the contents are in this order
   * @param window the window of the result: that of the first, or one that has no group
   * @return the first
   */
  TriggeredGroup merge(List<TriggeredGroup> groups, BoundedWindow window);

  /** Removes a group. */
  void remove(TriggeredGroup group);

  /**
   * Notes in the memory of a changing group that it is to be looked at.
   *
   * @param domain one of the two domains of processing time
   * @param millis when the time of the domain is strictly behind this
   * @param drain whether that is asked for while the pipeline is being drained
   */
  void wakeUp(TriggeredGroup group, TimeDomain domain, long millis, boolean drain);

  /** Says that nobody is working on a key any more. */
  void settle(KeyWindows key);

  /** The earliest hold of all groups, in milliseconds; the end of time if there is none. */
  long minHold();

  /**
   * When a group is to be looked at, or expires: when the watermark is strictly behind this, in
   * milliseconds; {@link Long#MAX_VALUE} if there is none.
   */
  long nextEnd();

  /**
   * The earliest wake-up of a domain of processing time, in milliseconds; {@link Long#MAX_VALUE} if
   * there is none.
   */
  long nextWakeUp(TimeDomain domain);

  /**
   * A key with a group that is due. It has to be worked on so that the group is not.
   *
   * @param watermark the input watermark, in milliseconds
   * @param processingTime in milliseconds since the epoch
   * @param synchronizedTime in milliseconds since the epoch
   * @return null if nothing is due
   */
  @Nullable KeyWindows findDue(long watermark, long processingTime, long synchronizedTime);
}
