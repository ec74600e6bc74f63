package dev.microbatch.executor.trigger;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A trigger within a {@link TriggerProgram}: one of a closed set. It keeps nothing itself; what it
 * remembers of a group is in the group, under its own numbers.
 *
 * <p>What each call does to each kind of trigger is as in Beam's {@code TriggerStateMachine}s, bit
 * by bit: also where two of them would do, because what they remember decides when later panes
 * fire.
 */
abstract sealed class TriggerNode
    permits AfterAllNode,
        AfterEachNode,
        AfterFirstNode,
        AfterWatermarkNode,
        ConstantNode,
        CountNode,
        DelayNode,
        EndOfWindowNode,
        EarlyAndLateNode,
        OrFinallyNode,
        RepeatedlyNode {

  private static final TriggerNode[] NONE = {};

  private final int index;
  private final int indexBehind;
  private final TriggerNode[] children;

  /**
   * Creates a node without children.
   *
   * @param index its place in the program
   */
  TriggerNode(int index) {
    this.index = index;
    this.indexBehind = index + 1;
    this.children = NONE;
  }

  /**
   * Creates a node.
   *
   * @param index its place in the program
   * @param children the triggers that it is made of, whose places are behind it, in order
   */
  TriggerNode(int index, TriggerNode... children) {
    this.index = index;
    this.indexBehind = children[children.length - 1].indexBehind;
    this.children = children;
  }

  final TriggerNode[] children() {
    return children;
  }

  final TriggerNode child(int number) {
    return children[number];
  }

  final boolean isFinished(TriggerCall call) {
    return call.isFinished(index);
  }

  final void setFinished(TriggerCall call, boolean finished) {
    call.setFinished(index, finished);
  }

  /** Whether it was finished in one of the groups that merge. */
  final boolean isFinishedInAnyMerging(TriggerCall call) {
    return call.isFinishedInAny(index);
  }

  /** Whether it was finished in all of the groups that merge, also if there are none. */
  final boolean isFinishedInAllMerging(TriggerCall call) {
    return call.isFinishedInAll(index);
  }

  /** The first of its children that is not finished, or null. */
  final @Nullable TriggerNode firstUnfinished(TriggerCall call) {
    for (TriggerNode child : children) {
      if (!child.isFinished(call)) {
        return child;
      }
    }
    return null;
  }

  final boolean isAnyChildFinished(TriggerCall call) {
    for (TriggerNode child : children) {
      if (child.isFinished(call)) {
        return true;
      }
    }
    return false;
  }

  /** Forgets that it and what it is made of has finished. */
  final void resetFinished(TriggerCall call) {
    for (int i = index; i < indexBehind; i++) {
      call.setFinished(i, false);
    }
  }

  /** Takes note of elements that have come together. */
  abstract void onElements(TriggerCall call, int count);

  /** Takes over from the groups that merge, the result of which may be one of them. */
  abstract void onMerge(TriggerCall call);

  /** Whether it is ready to fire. */
  abstract boolean shouldFire(TriggerCall call);

  /** Gets ready for the next pane, or finishes. */
  abstract void onFire(TriggerCall call);

  /** Forgets all but whether it has finished. */
  void clear(TriggerCall call) {
    for (TriggerNode child : children) {
      child.clear(call);
    }
  }
}
