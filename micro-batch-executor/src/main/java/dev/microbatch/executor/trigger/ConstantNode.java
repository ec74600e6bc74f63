package dev.microbatch.executor.trigger;

/** Fires never, or whenever it is looked at. */
final class ConstantNode extends TriggerNode {

  private final boolean fires;

  ConstantNode(int index, boolean fires) {
    super(index);
    this.fires = fires;
  }

  @Override
  void onElements(TriggerCall call, int count) {
    // does not depend on them
  }

  @Override
  void onMerge(TriggerCall call) {
    // remembers nothing
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return fires;
  }

  @Override
  void onFire(TriggerCall call) {
    if (!fires) {
      throw new IllegalStateException("a trigger that never fires was told that it has");
    }
  }
}
