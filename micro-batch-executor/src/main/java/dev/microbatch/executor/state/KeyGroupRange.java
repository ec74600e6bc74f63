package dev.microbatch.executor.state;

/**
 * A contiguous range of key groups.
 *
 * @param first the first one
 * @param end behind the last one
 */
public record KeyGroupRange(int first, int end) {

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
}
