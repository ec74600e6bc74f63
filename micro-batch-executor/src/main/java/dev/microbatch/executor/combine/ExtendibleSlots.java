package dev.microbatch.executor.combine;

import java.util.Arrays;

/**
 * Numbers by the hashes of their keys: extendible hashing (Fagin et al., TODS 1979), that is, a
 * directory of segments with open addressing. A segment grows to {@value #MAX_SLOTS} slots, and
 * then parts with half of its keys; so no step of growth takes long, whatever there is.
 *
 * <pre>
 *   spread hash  [ directory | slot in the segment | ... ]     from the highest bit
 *   slot         [ spread hash, 32 bits | number + 1, 32 bits ]   0 if it is free
 * </pre>
 *
 * <p>Not thread-safe: owned by one task.
 */
final class ExtendibleSlots {

  private static final int MIN_SLOTS = 32;

  /** How many slots a segment has at most, unless the directory is at its largest. */
  private static final int MAX_SLOTS = 1 << 12;

  private static final int MAX_DEPTH = 16;

  private Segment[] directory = {};

  /** The directory has 2 to this many entries. */
  private int depth;

  /** Some of the slots: a chain begins at the home of a hash, and ends at a free slot. */
  static final class Segment {

    /** How many bits of the hash its keys have in common. */
    private final int depth;

    private long[] slots;
    private int size;

    private Segment(int depth, int slots) {
      this.depth = depth;
      this.slots = new long[slots];
    }

    /** Its slots, in number a power of two. */
    long[] slots() {
      return slots;
    }

    /** Where the chain of a spread hash begins. */
    int home(int spread) {
      return (spread << depth) >>> (Integer.numberOfLeadingZeros(slots.length) + 1);
    }

    private void put(long slot) {
      int mask = slots.length - 1;
      int at = home((int) (slot >>> Integer.SIZE));
      while (slots[at] != 0) {
        at = (at + 1) & mask;
      }
      slots[at] = slot;
      size++;
    }

    private void clear() {
      Arrays.fill(slots, 0);
      size = 0;
    }

    private boolean isFull() {
      return size * 4 >= slots.length * 3;
    }

    private void grow() {
      long[] old = slots;
      slots = new long[old.length * 2];
      size = 0;
      for (long slot : old) {
        if (slot != 0) {
          put(slot);
        }
      }
    }
  }

  /** The segment of a spread hash; something must have been inserted. */
  Segment segment(int spread) {
    return directory[entry(spread)];
  }

  /** Fills a slot of the segment of its hash. */
  void insert(long slot) {
    if (directory.length == 0) {
      directory = new Segment[] {new Segment(0, MIN_SLOTS)};
    }
    int spread = (int) (slot >>> Integer.SIZE);
    Segment segment = segment(spread);
    while (segment.isFull()) {
      if (segment.slots.length < MAX_SLOTS || segment.depth == MAX_DEPTH) {
        segment.grow();
      } else {
        split(segment, entry(spread));
        segment = segment(spread);
      }
    }
    segment.put(slot);
  }

  private int entry(int spread) {
    return depth == 0 ? 0 : spread >>> (Integer.SIZE - depth);
  }

  /** Parts the keys of a segment by the next bit of their hashes. */
  private void split(Segment full, int entry) {
    if (full.depth == depth) {
      Segment[] old = directory;
      directory = new Segment[old.length * 2];
      for (int i = 0; i < directory.length; i++) {
        directory[i] = old[i / 2];
      }
      depth++;
      split(full, entry * 2);
      return;
    }
    Segment low = new Segment(full.depth + 1, MAX_SLOTS);
    Segment high = new Segment(full.depth + 1, MAX_SLOTS);
    for (long slot : full.slots) {
      if (slot != 0) {
        boolean isHigh = (slot << full.depth) < 0;
        (isHigh ? high : low).put(slot);
      }
    }
    int entries = 1 << (depth - full.depth);
    int first = entry & -entries;
    Arrays.fill(directory, first, first + entries / 2, low);
    Arrays.fill(directory, first + entries / 2, first + entries, high);
  }

  /** Frees all slots, and keeps the memory. */
  void clear() {
    for (int i = 0; i < directory.length; i += 1 << (depth - directory[i].depth)) {
      directory[i].clear();
    }
  }
}
