package dev.microbatch.executor.state;

import java.io.Serializable;

/**
 * What a snapshot contains as a whole, whether it has changed or not. Of all else it contains what
 * has changed since the snapshot before.
 *
 * @param unkeyed whether what belongs to no key is contained as a whole
 * @param keyGroups the key groups that are contained as a whole
 */
public record SnapshotScope(boolean unkeyed, KeyGroupRange keyGroups) implements Serializable {

  /** Nothing as a whole: the changes only. */
  public static final SnapshotScope CHANGES = new SnapshotScope(false, new KeyGroupRange(0, 0));

  /** Everything, so that no snapshot before is needed. */
  public static final SnapshotScope EVERYTHING =
      new SnapshotScope(true, new KeyGroupRange(0, Integer.MAX_VALUE));

  /** Whether no snapshot before is needed. */
  public boolean isEverything() {
    return equals(EVERYTHING);
  }

  /** Whether it is the changes only. */
  public boolean isChanges() {
    return !unkeyed && keyGroups.first() == keyGroups.end();
  }

  /**
   * Whether something is contained as a whole.
   *
   * @param keyGroup a key group, or {@link StateEntry#NO_KEY_GROUP} for what belongs to no key
   */
  public boolean contains(int keyGroup) {
    return keyGroup == StateEntry.NO_KEY_GROUP ? unkeyed : keyGroups.contains(keyGroup);
  }
}
