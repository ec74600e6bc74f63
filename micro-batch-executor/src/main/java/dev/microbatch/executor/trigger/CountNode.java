package dev.microbatch.executor.trigger;

import dev.microbatch.executor.state.TriggerMemory;

/** Fires once, when a pane has so many elements. */
final class CountNode extends TriggerNode {

  private final int number;
  private final long wanted;

  /**
   * Creates it.
   *
   * @param index its place in the program
   * @param number where it counts
   * @param wanted how many elements it waits for
   */
  CountNode(int index, int number, long wanted) {
    super(index);
    this.number = number;
    this.wanted = wanted;
  }

  @Override
  void onElements(TriggerCall call, int count) {
    call.setNumber(number, call.number(number) + count);
  }

  @Override
  void onMerge(TriggerCall call) {
    if (isFinishedInAnyMerging(call)) {
      setFinished(call, true);
      clear(call);
    } else if (!call.merging().isEmpty()) {
      long sum = 0;
      for (TriggerMemory merging : call.merging()) {
        sum += merging.get(number);
      }
      call.setNumber(number, sum);
    }
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    return call.number(number) >= wanted;
  }

  @Override
  void onFire(TriggerCall call) {
    clear(call);
    setFinished(call, true);
  }

  @Override
  void clear(TriggerCall call) {
    call.setNumber(number, 0);
  }
}
