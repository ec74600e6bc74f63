package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.util.construction.SplittableParDo.PrimitiveUnboundedRead;

/** Translates reads of unbounded sources. */
final class UnboundedReadTranslator implements TransformTranslator<PrimitiveUnboundedRead<?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, PrimitiveUnboundedRead<?> transform, GraphBuilder graph) {
    graph
        .step(applied.getFullName(), new StepSpec.UnboundedRead(transform.getSource()))
        .to(Ends.output(applied))
        .add();
  }
}
