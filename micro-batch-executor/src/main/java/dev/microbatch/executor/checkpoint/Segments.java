package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateEntry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What there is of a step in a partition: segments, of which each contains some key groups as a
 * whole and is a delta to those before it in all others.
 *
 * <p>Of a key group, only the last segment that contains it as a whole is needed, and those behind
 * it. What belongs to no key is replayed from all that are left: there removals are said
 * explicitly, and a later value takes the place of an earlier one.
 */
final class Segments {

  private Segments() {}

  /**
   * Puts a segment behind a chain, and drops those of which nothing is needed any more.
   *
   * @param chain the segments so far
   * @param segment the new one
   * @param groups the key groups of the partition
   */
  static List<SegmentRef> append(List<SegmentRef> chain, SegmentRef segment, KeyGroupRange groups) {
    List<SegmentRef> all = new ArrayList<>(chain);
    all.add(segment);
    List<SegmentRef> needed = new ArrayList<>(all.size());
    BitSet superseded = new BitSet();
    boolean unkeyed = false;
    for (int i = all.size() - 1; i >= 0; i--) {
      SegmentRef at = all.get(i);
      boolean keyed = superseded.nextClearBit(groups.first()) < groups.end();
      if (keyed || !unkeyed) {
        needed.add(0, at);
      }
      superseded.or(groupsOf(at, groups.end()));
      unkeyed |= at.scope().contains(StateEntry.NO_KEY_GROUP);
    }
    return List.copyOf(needed);
  }

  /**
   * Which key groups are to be read from each segment.
   *
   * @param chain the segments
   * @param range the wanted key groups
   */
  static List<BitSet> wanted(List<SegmentRef> chain, KeyGroupRange range) {
    List<BitSet> wanted = new ArrayList<>(chain.size());
    BitSet rest = new BitSet();
    rest.set(range.first(), range.end());
    for (int i = chain.size() - 1; i >= 0; i--) {
      wanted.add(0, (BitSet) rest.clone());
      rest.andNot(groupsOf(chain.get(i), range.end()));
    }
    return wanted;
  }

  /** The key groups that a segment contains as a whole, below an end. */
  private static BitSet groupsOf(SegmentRef segment, int end) {
    KeyGroupRange whole = segment.scope().keyGroups();
    BitSet groups = new BitSet();
    if (whole.first() < end) {
      groups.set(whole.first(), Math.min(whole.end(), end));
    }
    return groups;
  }
}
