package dev.microbatch.executor.state;

import java.io.Serializable;

/**
 * A contiguous range of key groups.
 *
 * @param first the first one
 * @param end behind the last one
 */
public record KeyGroupRange(int first, int end) implements Serializable {

  /** How many key groups a pipeline may have: what is kept for each of them has to stay small. */
  public static final int MAX_KEY_GROUPS = 1 << 20;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code first} is negative or greater than {@code end}
   */
  public KeyGroupRange {
    if (first < 0 || end < first) {
      throw new IllegalArgumentException("Not a range of key groups: [" + first + ", " + end + ")");
    }
  }

  /** Whether the range contains a key group. */
  public boolean contains(int keyGroup) {
    return keyGroup >= first && keyGroup < end;
  }

  /**
   * The range that a partition owns.
   *
   * @param partition the partition, from 0
   * @param parallelism how many partitions there are
   * @param keyGroups how many key groups there are, at least as many
   * @see dev.microbatch.executor.block.KeyCodec#partition
   */
  public static KeyGroupRange ofPartition(int partition, int parallelism, int keyGroups) {
    return new KeyGroupRange(
        first(partition, parallelism, keyGroups), first(partition + 1, parallelism, keyGroups));
  }

  /** The least key group that {@code KeyCodec.partition} gives to a partition. */
  private static int first(int partition, int parallelism, int keyGroups) {
    return (int) (((long) partition * keyGroups + parallelism - 1) / parallelism);
  }
}
