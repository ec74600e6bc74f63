package dev.microbatch.executor.trigger;

/** Fires when its children do, one after the other, and finishes with the last. */
final class AfterEachNode extends TriggerNode {

  private final boolean merging;

  /**
   * Creates it.
   *
   * @param index its place in the program
   * @param merging whether windows may merge, so that a child may not be finished any more
   * @param children in the order in which they fire
   */
  AfterEachNode(int index, boolean merging, TriggerNode... children) {
    super(index, children);
    this.merging = merging;
  }

  @Override
  void onElements(TriggerCall call, int count) {
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

  @Override
  void onMerge(TriggerCall call) {
    boolean allFinished = true;
    for (TriggerNode child : children()) {
      if (allFinished) {
        child.onMerge(call);
        allFinished = child.isFinished(call);
      } else {
        child.clear(call);
      }
    }
    setFinished(call, firstUnfinished(call) == null);
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    TriggerNode current = firstUnfinished(call);
    return current != null && current.shouldFire(call);
  }

  @Override
  void onFire(TriggerCall call) {
    TriggerNode current = firstUnfinished(call);
    if (current != null) {
      current.onFire(call);
    }
    if (merging) {
      clear(call); // all of them were counting
    }
    setFinished(call, firstUnfinished(call) == null);
  }
}
