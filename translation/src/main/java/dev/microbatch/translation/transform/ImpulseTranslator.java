package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.Impulse;

/** Translates {@link Impulse}. */
final class ImpulseTranslator implements TransformTranslator<Impulse> {

  @Override
  public void translate(AppliedPTransform<?, ?, ?> applied, Impulse transform, GraphBuilder graph) {
    graph.step(applied.getFullName(), new StepSpec.Impulse()).to(Ends.output(applied)).add();
  }
}
