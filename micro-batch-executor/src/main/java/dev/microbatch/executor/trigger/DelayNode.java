package dev.microbatch.executor.trigger;

import dev.microbatch.executor.state.TriggerMemory;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.apache.beam.sdk.state.TimeDomain;

/**
 * Fires once, when processing time, or synchronized processing time, is behind a time that is
 * reckoned from the arrival of the first element of a pane.
 */
final class DelayNode extends TriggerNode {

  private final int number;
  private final TimeDomain domain;
  private final List<LongUnaryOperator> transforms;

  /**
   * Creates it.
   *
   * @param index its place in the program
   * @param number where it remembers what it waits for
   * @param domain which of the two times it waits for
   * @param transforms what leads from the arrival to that time, in order
   */
  DelayNode(int index, int number, TimeDomain domain, List<LongUnaryOperator> transforms) {
    super(index);
    this.number = number;
    this.domain = domain;
    this.transforms = List.copyOf(transforms);
  }

  /** Zero if nothing is waited for, so that it is what a new group has. */
  private static long packed(long millis) {
    return (millis << 1) | 1;
  }

  private static long millis(long packed) {
    return packed >> 1;
  }

  @Override
  void onElements(TriggerCall call, int count) {
    if (call.number(number) == 0) {
      long target = call.processingTime();
      for (LongUnaryOperator transform : transforms) {
        target = transform.applyAsLong(target);
      }
      call.setNumber(number, packed(target));
      call.wakeAt(domain, target);
    }
  }

  @Override
  void onMerge(TriggerCall call) {
    if (isFinished(call)) {
      clear(call);
      return;
    }
    long earliest = 0;
    for (TriggerMemory merging : call.merging()) {
      long other = merging.get(number);
      if (other != 0 && (earliest == 0 || other < earliest)) {
        earliest = other;
      }
    }
    if (!call.merging().isEmpty()) {
      call.setNumber(number, earliest);
    }
    if (call.number(number) != 0) {
      call.wakeAt(domain, millis(call.number(number)));
    }
  }

  @Override
  boolean shouldFire(TriggerCall call) {
    long target = call.number(number);
    return target != 0 && call.now(domain) > millis(target);
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
