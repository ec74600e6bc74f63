package dev.microbatch.executor.trigger;

import dev.microbatch.executor.state.TriggerMemory;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A trigger, translated once: says when a group fires, by what the group remembers and the times of
 * the stage. It behaves as Beam's {@code TriggerStateMachineRunner} does for the same trigger, pane
 * by pane, but without state cells, namespaces and contexts for each node.
 *
 * <p>Between two calls of {@link #shouldFire} any number of elements may have come. It is looked at
 * when elements have come together, and when it has asked to be woken up.
 *
 * <p>Immutable and thread-safe; what it works on belongs to the caller.
 */
public final class TriggerProgram {

  private static final int ROOT = 0;

  private final TriggerNode root;
  private final int numbers;

  /**
   * Creates a program.
   *
   * @param root its first node
   * @param numbers how many numbers it remembers of a group; 0 if it remembers nothing
   */
  TriggerProgram(TriggerNode root, int numbers) {
    this.root = root;
    this.numbers = numbers;
  }

  /**
   * Translates a trigger.
   *
   * @param trigger the trigger, as it stands in a windowing strategy
   * @param merging whether its WindowFn is one that merges
   * @throws IllegalArgumentException if there is no such trigger in Beam
   */
  public static TriggerProgram of(Trigger trigger, boolean merging) {
    return TriggerCompiler.compile(trigger, merging);
  }

  /** How many numbers it remembers of a group; 0 if it remembers nothing. */
  public int numbers() {
    return numbers;
  }

  /**
   * Whether it fires for no other reason than that the watermark is behind the end of the window,
   * and remembers nothing. As long as it is not, elements may be told one by one.
   */
  public boolean waitsForEnd() {
    return root instanceof EndOfWindowNode;
  }

  /** What it remembers of a new group; null if it remembers nothing. */
  public @Nullable TriggerMemory newMemory() {
    return numbers == 0 ? null : new TriggerMemory(numbers);
  }

  /** Whether it has fired for the last time, so that elements are no longer wanted. */
  public boolean isClosed(@Nullable TriggerMemory memory) {
    return memory != null && TriggerCall.isFinished(memory, ROOT);
  }

  /**
   * Takes note of elements that have come together.
   *
   * @param count how many
   */
  public void onElements(TriggerCall call, int count) {
    root.onElements(call, count);
  }

  /**
   * Takes over from groups that merge. Their window is the one of the call, and what the call
   * remembers is what was remembered of that very window, if there was one. It is not one of the
   * given objects.
   *
   * @param merging what the groups remember; unchanged
   */
  public void onMerge(TriggerCall call, List<TriggerMemory> merging) {
    call.setMerging(merging);
    root.onMerge(call);
    call.setMerging(List.of());
  }

  /** Whether the group is to fire. */
  public boolean shouldFire(TriggerCall call) {
    return root.shouldFire(call);
  }

  /** Says that the group fires: it {@linkplain #shouldFire should}. */
  public void onFire(TriggerCall call) {
    root.onFire(call);
  }

  /** Forgets all but what has finished. */
  public void clear(TriggerCall call) {
    root.clear(call);
  }
}
