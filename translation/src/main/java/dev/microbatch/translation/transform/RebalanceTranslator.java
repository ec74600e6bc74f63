package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Routing;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.PTransform;

/**
 * Translates transforms that spread records evenly and change nothing: an exchange. A number of
 * buckets that the user asked for is a hint about random keys, which there are none of here.
 */
final class RebalanceTranslator implements TransformTranslator<PTransform<?, ?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, PTransform<?, ?> transform, GraphBuilder graph) {
    graph
        .step(applied.getFullName(), new StepSpec.Receive())
        .from(Ends.input(applied))
        .routed(Routing.anywhere())
        .to(Ends.output(applied))
        .add();
  }
}
