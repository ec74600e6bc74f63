package dev.microbatch.executor.trigger;

/** The default trigger: fires whenever the watermark is behind the end of the window. */
final class EndOfWindowNode extends TriggerNode {

  EndOfWindowNode(int index) {
    super(index);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    if (!call.isEndReached()) {
      call.wakeAtEnd();
    }
  }

  @Override
  void onMerge(TriggerCall call) {
    if (!call.isEndReached()) {
      call.wakeAtEnd();
    }
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return call.isEndReached();
  }

  @Override
  void onFire(TriggerCall call) {
    // never finishes
  }
}
