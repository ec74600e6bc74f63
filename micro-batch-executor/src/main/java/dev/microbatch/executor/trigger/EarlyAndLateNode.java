package dev.microbatch.executor.trigger;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Fires when the watermark is behind the end of the window, before that as one child does, and
 * after that as the other does, each as often as it is ready. Without late firings it finishes at
 * the end of the window.
 */
final class EarlyAndLateNode extends TriggerNode {

  private final boolean merging;
  private final TriggerNode early;
  private final @Nullable TriggerNode late;

  /**
   * Creates it without late firings.
   *
   * @param index its place in the program
   * @param merging whether windows may merge, so that an end may not be reached any more
   * @param early says when it fires before the end
   */
  EarlyAndLateNode(int index, boolean merging, TriggerNode early) {
    super(index, early);
    this.merging = merging;
    this.early = early;
    this.late = null;
  }

  /**
   * Creates it.
   *
   * @param index its place in the program
   * @param merging whether windows may merge, so that an end may not be reached any more
   * @param early says when it fires before the end
   * @param late says when it fires after the end
   */
  EarlyAndLateNode(int index, boolean merging, TriggerNode early, TriggerNode late) {
    super(index, early, late);
    this.merging = merging;
    this.early = early;
    this.late = late;
  }

  @Override
  void onElements(TriggerCall call, int count) {
    if (!call.isEndReached()) {
      call.wakeAtEnd();
    }
    if (merging) {
      for (TriggerNode child : children()) {
        child.onElements(call, count);
      }
      return;
    }
    TriggerNode current = firstUnfinished(call);
    if (current != null) {
      current.onElements(call, count);
    }
  }

  /** It is before the end again if the window has grown, or if anything still has to fire there. */
  @Override
  void onMerge(TriggerCall call) {
    if (early.isFinishedInAllMerging(call) && call.isEndReached()) {
      early.setFinished(call, true);
      if (late != null) {
        late.onMerge(call);
      }
      return;
    }
    early.onMerge(call);
    early.setFinished(call, false);
    if (late != null) {
      late.onMerge(call);
      late.setFinished(call, false);
      late.clear(call);
    }
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    if (!early.isFinished(call)) {
      return early.shouldFire(call) || call.isEndReached();
    }
    return late != null && late.shouldFire(call);
  }

  @Override
  void onFire(TriggerCall call) {
    if (early.isFinished(call)) {
      fireLate(call);
    } else if (call.isEndReached()) {
      fireAtEnd(call);
    } else {
      early.onFire(call);
      early.clear(call);
      early.setFinished(call, false);
    }
  }

  private void fireAtEnd(TriggerCall call) {
    if (early.shouldFire(call)) {
      early.onFire(call);
    }
    early.setFinished(call, true);
    early.clear(call);
    if (late == null) {
      setFinished(call, true);
    } else {
      late.clear(call); // it has been counting, where windows merge
    }
  }

  private void fireLate(TriggerCall call) {
    if (late == null) {
      setFinished(call, true);
      return;
    }
    late.onFire(call);
    late.clear(call);
    late.setFinished(call, false);
  }
}
