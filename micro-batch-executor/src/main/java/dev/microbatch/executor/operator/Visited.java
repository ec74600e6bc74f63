package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.TriggeredGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The groups of a key to which elements have come together, and how many. Nearly always it is one.
 */
final class Visited {

  private final List<TriggeredGroup> groups = new ArrayList<>();
  private int[] counts = new int[4];

  int size() {
    return groups.size();
  }

  TriggeredGroup group(int index) {
    return groups.get(index);
  }

  int count(int index) {
    return counts[index];
  }

  /** Adds a group without elements, and marks it. */
  void add(TriggeredGroup group) {
    if (groups.size() == counts.length) {
      counts = Arrays.copyOf(counts, counts.length * 2);
    }
    group.setMarked(true);
    counts[groups.size()] = 0;
    groups.add(group);
  }

  /** Counts an element of a group. */
  void count(TriggeredGroup group) {
    if (!group.isMarked()) {
      add(group);
    }
    counts[groups.lastIndexOf(group)]++;
  }

  void clear() {
    groups.clear();
  }
}
