package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.windowing.Window;

/** Translates the assignment of windows. */
final class AssignWindowsTranslator implements TransformTranslator<Window.Assign<?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, Window.Assign<?> transform, GraphBuilder graph) {
    graph
        .step(
            applied.getFullName(),
            new StepSpec.AssignWindows(Ends.output(applied).getWindowingStrategy().getWindowFn()))
        .from(Ends.input(applied))
        .to(Ends.output(applied))
        .add();
  }
}
