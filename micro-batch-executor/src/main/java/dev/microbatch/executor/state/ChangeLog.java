package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has changed since the last capture, in order of the first change. Who lists something stamps
 * it with the number of the commit that the change belongs to: that it bears the present one says
 * that it is listed.
 *
 * <p>Not thread-safe: owned by one task.
 *
 * @param <T> what changes
 */
final class ChangeLog<T> {

  private final boolean tracked;
  private List<T> changes = new ArrayList<>();
  private long stamp;

  /** Gives something that takes the place of a change. */
  @FunctionalInterface
  interface Replacement<T> {
    @Nullable T of(T change) throws IOException;
  }

  /**
   * Creates it, with nothing in it.
   *
   * @param tracked whether there will be captures; if not, nothing is listed, because nothing would
   *     ever take it off the list
   */
  ChangeLog(boolean tracked) {
    this.tracked = tracked;
  }

  boolean isTracked() {
    return tracked;
  }

  /** The number of the commit that the changes of now will belong to. */
  long stamp() {
    return stamp;
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Lists something that is not listed. */
  void add(T changed) {
    if (tracked) {
      changes.add(changed);
    }
  }

  /** What is listed. */
  List<T> changes() {
    return changes;
  }

  /** Puts something in the place of each change, or nothing where that is null. */
  void replace(Replacement<T> replacement) throws IOException {
    List<T> replaced = new ArrayList<>(changes.size());
    for (T change : changes) {
      T other = replacement.of(change);
      if (other != null) {
        replaced.add(other);
      }
    }
    changes = replaced;
  }

  /**
   * Checks that a commit may come now.
   *
   * @throws IllegalArgumentException if it is not behind the one before
   */
  void check(long commit) {
    if (commit < stamp) {
      throw new IllegalArgumentException(
          "Commit " + commit + " cannot follow commit " + (stamp - 1));
    }
  }

  /** Begins an empty list: all changes so far belong to a commit, or were restored from it. */
  void committed(long commit) {
    changes = new ArrayList<>(); // to clear one takes as long as it was ever large
    stamp = commit + 1;
  }
}
