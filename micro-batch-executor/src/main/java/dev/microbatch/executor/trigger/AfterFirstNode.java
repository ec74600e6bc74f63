package dev.microbatch.executor.trigger;

/** Fires once, when one of its children is ready. */
final class AfterFirstNode extends TriggerNode {

  AfterFirstNode(int index, TriggerNode... children) {
    super(index, children);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    for (TriggerNode child : children()) {
      child.onElements(call, count);
    }
  }

  @Override
  void onMerge(TriggerCall call) {
    for (TriggerNode child : children()) {
      child.onMerge(call);
    }
    setFinished(call, isAnyChildFinished(call));
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    for (TriggerNode child : children()) {
      if (child.isFinished(call) || child.shouldFire(call)) {
        return true;
      }
    }
    return false;
  }

  @Override
  void onFire(TriggerCall call) {
    for (TriggerNode child : children()) {
      if (child.shouldFire(call)) {
        child.onFire(call);
      } else {
        child.clear(call); // the pane that it waited for is gone
      }
    }
    setFinished(call, true);
  }
}
