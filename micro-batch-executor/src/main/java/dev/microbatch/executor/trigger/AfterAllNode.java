package dev.microbatch.executor.trigger;

/** Fires once, when all of its children are ready. */
final class AfterAllNode extends TriggerNode {

  AfterAllNode(int index, TriggerNode... children) {
    super(index, children);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    for (TriggerNode child : children()) {
      if (!child.isFinished(call)) {
        child.onElements(call, count);
      }
    }
  }

  @Override
  void onMerge(TriggerCall call) {
    for (TriggerNode child : children()) {
      child.onMerge(call);
    }
    setFinished(call, firstUnfinished(call) == null);
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    for (TriggerNode child : children()) {
      if (!child.isFinished(call) && !child.shouldFire(call)) {
        return false;
      }
    }
    return true;
  }

  @Override
  void onFire(TriggerCall call) {
    for (TriggerNode child : children()) {
      child.onFire(call);
    }
    setFinished(call, true);
  }
}
