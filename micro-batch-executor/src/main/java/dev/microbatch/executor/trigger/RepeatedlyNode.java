package dev.microbatch.executor.trigger;

/** Fires as its child does, and begins again when that has finished. */
final class RepeatedlyNode extends TriggerNode {

  RepeatedlyNode(int index, TriggerNode repeated) {
    super(index, repeated);
  }

  private TriggerNode repeated() {
    return child(0);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    repeated().onElements(call, count);
  }

  @Override
  void onMerge(TriggerCall call) {
    repeated().onMerge(call);
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return repeated().shouldFire(call);
  }

  @Override
  void onFire(TriggerCall call) {
    repeated().onFire(call);
    if (repeated().isFinished(call)) {
      repeated().resetFinished(call);
      repeated().clear(call);
    }
  }
}
