package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.testing.TestStream;

/** Translates {@link TestStream}. */
final class TestStreamTranslator implements TransformTranslator<TestStream<?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, TestStream<?> transform, GraphBuilder graph) {
    graph
        .step(applied.getFullName(), new StepSpec.Script(transform))
        .to(Ends.output(applied))
        .add();
  }
}
