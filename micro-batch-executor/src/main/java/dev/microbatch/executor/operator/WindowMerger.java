package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.TriggeredGroup;
import java.util.List;
import java.util.function.Predicate;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.WindowFn;

/**
 * Finds out which windows of a key merge when new ones come.
 *
 * <p>Not thread-safe: owned by one task.
 */
interface WindowMerger {

  /** Takes a merge. */
  @FunctionalInterface
  interface Sink {

    /**
     * Takes a merge of windows, each of which is in one merge at most.
     *
     * @param groups the groups of those windows that have one, in the order in which they merge;
     *     may be changed
     * @param result the window that they become
     */
    void merge(List<TriggeredGroup> groups, BoundedWindow result);
  }

  /**
   * Merges windows.
   *
   * @param key the key, whose groups change when the sink is called
   * @param isOpen which of its groups take part
   * @param added the new windows, none of which has such a group; one may be there several times
   * @param sink takes each merge
   * @throws Exception whatever the user's WindowFn throws
   */
  void merge(KeyWindows key, Predicate<TriggeredGroup> isOpen, List<BoundedWindow> added, Sink sink)
      throws Exception;

  /** The window that a window has become in the last call: itself if it has not merged. */
  BoundedWindow resultOf(BoundedWindow window);

  /** Chooses the merger for a WindowFn that merges. */
  static WindowMerger of(WindowFn<?, ?> windowFn) {
    return windowFn.getClass() == Sessions.class
        ? new SessionMerger()
        : new GeneralMerger<>(windowFn);
  }
}
