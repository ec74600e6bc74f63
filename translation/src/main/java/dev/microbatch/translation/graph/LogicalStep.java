package dev.microbatch.translation.graph;

import dev.microbatch.executor.plan.StepSpec;
import java.util.List;

/**
 * A step that has no stage yet.
 *
 * @param id its index in {@link LogicalGraph#steps()}
 * @param name Beam's unique name of the transform
 * @param spec what it does
 * @param inputs the ports that it takes records from; one that stands twice is taken twice
 * @param routing how the records must reach it
 * @param views the ids of the views that it reads
 * @param outputs its outputs
 */
public record LogicalStep(
    int id,
    String name,
    StepSpec spec,
    List<Port> inputs,
    Routing routing,
    List<String> views,
    List<Port> outputs) {

  /** Copies the lists. */
  public LogicalStep {
    inputs = List.copyOf(inputs);
    views = List.copyOf(views);
    outputs = List.copyOf(outputs);
  }

  /** Whether it has to be the first step of a stage. */
  public boolean isHead() {
    return spec.isSource() || spec.isTimed() || routing.needsExchange();
  }
}
