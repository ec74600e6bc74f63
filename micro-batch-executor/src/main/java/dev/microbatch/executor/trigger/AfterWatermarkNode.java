package dev.microbatch.executor.trigger;

/** Fires once, when the watermark is behind the end of the window. */
final class AfterWatermarkNode extends TriggerNode {

  AfterWatermarkNode(int index) {
    super(index);
  }

  @Override
  void onElements(TriggerCall call, int count) {
    if (!call.isEndReached()) {
      call.wakeAtEnd();
    }
  }

  /** A window that has grown has a new end to wait for; what has not fired yet has to. */
  @Override
  void onMerge(TriggerCall call) {
    setFinished(call, isFinishedInAllMerging(call) && call.isEndReached());
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return call.isEndReached();
  }

  @Override
  void onFire(TriggerCall call) {
    setFinished(call, true);
  }
}
