package dev.microbatch.executor.checkpoint;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** When the state of a step and partition is better written anew than continued. */
final class ChainPolicy {

  /** How many deltas a chain may have. */
  static final int MAX_DELTAS = 32;

  /** A chain of no more bytes is small: it is cheap to write anew. */
  static final long SMALL_BYTES = 1 << 20;

  /** A shared file that is more commits older than the newest one is old. */
  static final int OLD_COMMITS = 64;

  private ChainPolicy() {}

  /**
   * Whether the next snapshot should be a full one: there is no chain, it has too many deltas, they
   * are larger than the base, or it is small and keeps an old file that it shares with others from
   * being deleted.
   */
  static boolean wantsFull(@Nullable List<SegmentRef> chain, Manifest manifest) {
    if (chain == null) {
      return true;
    }
    long base = 0;
    long deltas = 0;
    int count = 0;
    for (SegmentRef segment : chain) {
      if (segment.full()) {
        base += segment.length();
      } else {
        deltas += segment.length();
        count++;
      }
    }
    if (count >= MAX_DELTAS || deltas > Math.max(base, SMALL_BYTES)) {
      return true;
    }
    if (base + deltas <= SMALL_BYTES) {
      for (SegmentRef segment : chain) {
        if (isPinned(segment.file(), segment.length(), manifest)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a file that also holds other things is old. */
  static boolean isPinned(String name, long bytes, Manifest manifest) {
    DataFile file = manifest.files().get(name);
    return file != null
        && manifest.sequence() - file.sequence() > OLD_COMMITS
        && !file.holdsOnly(bytes);
  }
}
