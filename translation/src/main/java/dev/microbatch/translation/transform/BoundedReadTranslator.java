package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.util.construction.SplittableParDo.PrimitiveBoundedRead;

/** Translates reads of bounded sources. */
final class BoundedReadTranslator implements TransformTranslator<PrimitiveBoundedRead<?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, PrimitiveBoundedRead<?> transform, GraphBuilder graph) {
    graph
        .step(applied.getFullName(), new StepSpec.BoundedRead(transform.getSource()))
        .to(Ends.output(applied))
        .add();
  }
}
