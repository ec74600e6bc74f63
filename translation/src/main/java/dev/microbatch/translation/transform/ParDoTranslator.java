package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Routing;
import dev.microbatch.translation.graph.StepBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;

/** Translates {@link ParDo} of a DoFn that is not splittable. */
final class ParDoTranslator implements TransformTranslator<ParDo.MultiOutput<?, ?>> {

  @Override
  public boolean accepts(AppliedPTransform<?, ?, ?> applied, ParDo.MultiOutput<?, ?> transform) {
    return !DoFnSignatures.isSplittable(transform.getFn());
  }

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, ParDo.MultiOutput<?, ?> transform, GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    DoFn<?, ?> fn = transform.getFn();
    Map<String, PCollectionView<?>> sideInputs = transform.getSideInputs();
    boolean keyed = DoFnSignatures.isStateful(fn);
    StepBuilder step =
        graph
            .step(
                applied.getFullName(),
                new StepSpec.ParDo(
                    fn,
                    transform.getMainOutputTag(),
                    transform.getAdditionalOutputTags().getAll(),
                    input.getCoder(),
                    coders(applied.getOutputs()),
                    input.getWindowingStrategy(),
                    List.copyOf(sideInputs.values()),
                    sideInputs,
                    ParDo.getDoFnSchemaInformation(fn, input),
                    keyed))
            .from(input)
            .reading(sideInputs.values());
    if (keyed) {
      step.routed(Routing.byKey(Ends.kvCoder(applied, input).getKeyCoder()));
    }
    applied.getOutputs().forEach(step::to);
    step.add();
  }

  static Map<TupleTag<?>, Coder<?>> coders(Map<TupleTag<?>, PCollection<?>> outputs) {
    Map<TupleTag<?>, Coder<?>> coders = new LinkedHashMap<>();
    outputs.forEach((tag, output) -> coders.put(tag, output.getCoder()));
    return coders;
  }
}
