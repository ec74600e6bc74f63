package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Routing;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Translates transforms that bring the values of a key together and change nothing: an exchange.
 */
final class ByKeyTranslator implements TransformTranslator<PTransform<?, ?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, PTransform<?, ?> transform, GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    graph
        .step(applied.getFullName(), new StepSpec.Receive())
        .from(input)
        .routed(Routing.byKey(Ends.kvCoder(applied, input).getKeyCoder()))
        .to(Ends.output(applied))
        .add();
  }
}
