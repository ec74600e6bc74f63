package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import java.util.List;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;

/**
 * Translates {@link Flatten.PCollections}: not into a step, but into a PCollection that comes from
 * several places. Without input it is a source that has nothing.
 */
final class FlattenTranslator implements TransformTranslator<Flatten.PCollections<?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, Flatten.PCollections<?> transform, GraphBuilder graph) {
    List<PCollection<?>> inputs = Ends.inputs(applied);
    PCollection<?> output = Ends.output(applied);
    if (inputs.isEmpty()) {
      graph
          .step(
              applied.getFullName(), new StepSpec.BoundedRead(new EmptySource<>(output.getCoder())))
          .to(output)
          .add();
    } else {
      graph.union(inputs, output);
    }
  }
}
