package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Routing;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.WindowingStrategy;

/** Translates {@link GroupByKey}. */
final class GroupByKeyTranslator implements TransformTranslator<GroupByKey<?, ?>> {

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, GroupByKey<?, ?> transform, GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    KvCoder<?, ?> coder = Ends.kvCoder(applied, input);
    WindowingStrategy<?, ?> windowing = input.getWindowingStrategy();
    graph
        .step(
            applied.getFullName(),
            new StepSpec.GroupByKey(coder, windowing, null, graph.aggregator(windowing)))
        .from(input)
        .routed(Routing.byKey(coder.getKeyCoder()))
        .to(Ends.output(applied))
        .add();
  }
}
