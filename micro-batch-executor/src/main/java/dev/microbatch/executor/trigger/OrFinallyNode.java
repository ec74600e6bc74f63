package dev.microbatch.executor.trigger;

/** Fires as its first child does, and for the last time when the second is ready. */
final class OrFinallyNode extends TriggerNode {

  OrFinallyNode(int index, TriggerNode actual, TriggerNode until) {
    super(index, actual, until);
  }

  private TriggerNode actual() {
    return child(0);
  }

  private TriggerNode until() {
    return child(1);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    actual().onElements(call, count);
    until().onElements(call, count);
  }

  @Override
  void onMerge(TriggerCall call) {
    actual().onMerge(call);
    until().onMerge(call);
    setFinished(call, isAnyChildFinished(call));
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return actual().shouldFire(call) || until().shouldFire(call);
  }

  @Override
  void onFire(TriggerCall call) {
    if (until().shouldFire(call)) {
      until().onFire(call);
      actual().clear(call);
    } else {
      actual().onFire(call); // the other one counts across panes
    }
    setFinished(call, isAnyChildFinished(call));
  }
}
