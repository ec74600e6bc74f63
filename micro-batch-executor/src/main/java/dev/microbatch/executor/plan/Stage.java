package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Steps fused into one unit that runs without a record leaving its thread.
 *
 * <p>The first step is the head: a source, a timed step, or {@link StepSpec.Receive}. The head
 * alone takes the stage's inputs. All other steps keep no state between bundles.
 *
 * @param id its index in {@link Plan#stages()}; stages stand in topological order
 * @param name for people
 * @param steps the steps, in topological order, the head first
 * @param mainInputs the exchanges that bring the head's records; empty exactly for a source
 * @param sideInputs the exchange that brings each side input, by view id
 * @param after the source stages that must be exhausted before this source stage is admitted, so
 *     that records need not wait at a step whose side input is not ready; empty unless a source
 */
public record Stage(
    int id,
    String name,
    List<Step> steps,
    List<Integer> mainInputs,
    Map<String, Integer> sideInputs,
    List<Integer> after)
    implements Serializable {

  /** Checks the shape, and copies the collections. */
  public Stage {
    steps = List.copyOf(steps);
    mainInputs = List.copyOf(mainInputs);
    sideInputs = Map.copyOf(sideInputs);
    after = List.copyOf(after);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("stage " + name + " has no step");
    }
    if (steps.get(0).spec().isSource() != mainInputs.isEmpty()) {
      throw new IllegalArgumentException(
          "stage " + name + ": a source has no input, every other stage has one");
    }
    for (int i = 1; i < steps.size(); i++) {
      StepSpec spec = steps.get(i).spec();
      if (spec.isSource() || spec.isTimed()) {
        throw new IllegalArgumentException(
            "step " + steps.get(i).name() + " must be the head of a stage, not inside " + name);
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      for (Output output : steps.get(i).outputs()) {
        for (Target target : output.targets()) {
          if (target instanceof Target.ToStep next
              && (next.index() <= i || next.index() >= steps.size())) {
            throw new IllegalArgumentException(
                "output " + output.name() + " of " + steps.get(i).name() + " does not lead on");
          }
        }
      }
    }
  }

  /** The step that takes the stage's inputs. */
  public Step head() {
    return steps.get(0);
  }

  /** Whether the stage reads a source. */
  public boolean isSource() {
    return head().spec().isSource();
  }
}
