package dev.microbatch.executor.trigger;

import dev.microbatch.executor.state.TimeContext;
import dev.microbatch.executor.state.TriggerMemory;
import java.util.List;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a {@link TriggerProgram} works on: what one group remembers, the end of its window, the
 * times of the stage, and who wakes it up. One instance serves all groups of a task, one after the
 * other.
 *
 * <p>Not thread-safe.
 */
public final class TriggerCall {

  private final TimeContext times;
  private final WakeUps wakeUps;
  private @Nullable TriggerMemory memory;
  private long end;
  private List<TriggerMemory> merging = List.of();

  /** Takes note of when the trigger is to be looked at again. */
  public interface WakeUps {

    /** When the watermark is behind the end of the window. */
    void atEndOfWindow();

    /**
     * In processing time.
     *
     * @param domain one of the two domains of processing time
     * @param millis when the time of the domain is strictly behind this
     */
    void at(TimeDomain domain, long millis);
  }

  /**
   * Creates it, without a group.
   *
   * @param times the times of the stage
   * @param wakeUps who wakes up the group of the moment
   */
  public TriggerCall(TimeContext times, WakeUps wakeUps) {
    this.times = times;
    this.wakeUps = wakeUps;
  }

  /**
   * Turns to a group.
   *
   * @param memoryOfGroup what it remembers; null if the program keeps nothing
   * @param endOfWindow the last millisecond of its window
   */
  public TriggerCall on(@Nullable TriggerMemory memoryOfGroup, long endOfWindow) {
    memory = memoryOfGroup;
    end = endOfWindow;
    return this;
  }

  /** What is remembered by the groups that are being merged into this one. */
  List<TriggerMemory> merging() {
    return merging;
  }

  void setMerging(List<TriggerMemory> memories) {
    merging = memories;
  }

  boolean isEndReached() {
    return times.inputWatermark() > end;
  }

  long processingTime() {
    return times.processingTime();
  }

  long now(TimeDomain domain) {
    return switch (domain) {
      case EVENT_TIME -> times.inputWatermark();
      case PROCESSING_TIME -> times.processingTime();
      case SYNCHRONIZED_PROCESSING_TIME -> times.synchronizedProcessingTime();
    };
  }

  void wakeAtEnd() {
    wakeUps.atEndOfWindow();
  }

  void wakeAt(TimeDomain domain, long millis) {
    wakeUps.at(domain, millis);
  }

  long number(int index) {
    return memory.get(index);
  }

  void setNumber(int index, long number) {
    memory.set(index, number);
  }

  boolean isFinished(int node) {
    return isFinished(memory, node);
  }

  static boolean isFinished(TriggerMemory memory, int node) {
    return (memory.get(node / Long.SIZE) & (1L << node)) != 0;
  }

  void setFinished(int node, boolean finished) {
    int word = node / Long.SIZE;
    long bit = 1L << node;
    long bits = memory.get(word);
    memory.set(word, finished ? bits | bit : bits & ~bit);
  }

  boolean isFinishedInAny(int node) {
    for (TriggerMemory other : merging) {
      if (isFinished(other, node)) {
        return true;
      }
    }
    return false;
  }

  boolean isFinishedInAll(int node) {
    for (TriggerMemory other : merging) {
      if (!isFinished(other, node)) {
        return false;
      }
    }
    return true;
  }
}
