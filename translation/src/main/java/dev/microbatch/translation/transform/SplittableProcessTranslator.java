package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Routing;
import dev.microbatch.translation.graph.StepBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.util.construction.SplittableParDo.ProcessKeyedElements;
import org.apache.beam.sdk.values.PCollection;

/**
 * Translates the part of a splittable DoFn that processes elements and restrictions. The parts
 * before it, which pair, split and key them, are ParDos.
 */
final class SplittableProcessTranslator
    implements TransformTranslator<ProcessKeyedElements<?, ?, ?, ?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied,
      ProcessKeyedElements<?, ?, ?, ?> transform,
      GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    StepSpec.ParDo parDo =
        new StepSpec.ParDo(
            transform.getFn(),
            transform.getMainOutputTag(),
            transform.getAdditionalOutputTags().getAll(),
            transform.getElementCoder(),
            ParDoTranslator.coders(applied.getOutputs()),
            transform.getInputWindowingStrategy(),
            transform.getSideInputs(),
            transform.getSideInputMapping(),
            DoFnSchemaInformation.create(),
            false);
    StepBuilder step =
        graph
            .step(
                applied.getFullName(),
                new StepSpec.SplittableProcess(
                    parDo,
                    transform.getRestrictionCoder(),
                    transform.getWatermarkEstimatorStateCoder()))
            .from(input)
            .reading(transform.getSideInputs())
            .routed(Routing.byKey(Ends.kvCoder(applied, input).getKeyCoder()));
    applied.getOutputs().forEach(step::to);
    step.add();
  }
}
