package dev.microbatch.translation.transform;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.Port;
import dev.microbatch.translation.graph.Routing;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * Translates {@link Combine.PerKey} into a grouping that combines as it goes, and, where the
 * windowing allows, combines each bundle before the exchange. A combiner that needs a context (side
 * inputs, options), or whose accumulators have no coder, is translated by the parts of the
 * composite: a grouping, then a ParDo.
 */
final class CombineTranslator implements TransformTranslator<Combine.PerKey<?, ?, ?>> {

  @Override
  public boolean accepts(AppliedPTransform<?, ?, ?> applied, Combine.PerKey<?, ?, ?> transform) {
    return transform.getSideInputs().isEmpty()
        && transform.getFn() instanceof CombineFn
        && Ends.input(applied).getCoder() instanceof KvCoder
        && accumulatorCoder(applied, (CombineFn<?, ?, ?>) transform.getFn()).isPresent();
  }

  @Override
  public void translate(
      AppliedPTransform<?, ?, ?> applied, Combine.PerKey<?, ?, ?> transform, GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    WindowingStrategy<?, ?> windowing = input.getWindowingStrategy();
    CombineFn<?, ?, ?> fn = (CombineFn<?, ?, ?>) transform.getFn();
    Coder<?> accumulators = accumulatorCoder(applied, fn).orElseThrow();
    KvCoder<?, ?> coder = Ends.kvCoder(applied, input);
    boolean lifted = canCombineBefore(windowing);
    List<Port> ports = graph.ports(input);
    if (lifted) {
      StepSpec.PreCombine before = new StepSpec.PreCombine(fn, coder, accumulators, windowing);
      coder = KvCoder.of(coder.getKeyCoder(), accumulators);
      ports =
          graph
              .step(applied.getFullName() + "/PreCombine", before)
              .from(ports)
              .to(coder, windowing.getWindowFn().windowCoder())
              .add();
    }
    graph
        .step(
            applied.getFullName(),
            new StepSpec.GroupByKey(
                coder,
                windowing,
                new StepSpec.Combining(fn, accumulators, lifted),
                graph.aggregator(windowing)))
        .from(ports)
        .routed(Routing.byKey(coder.getKeyCoder()))
        .to(Ends.output(applied))
        .add();
  }

  /**
   * Whether a part of a window's values may be combined on its way. Not if windows are yet to be
   * merged, and not if the trigger looks at single elements or at when they arrive.
   */
  private static boolean canCombineBefore(WindowingStrategy<?, ?> windowing) {
    Trigger trigger = windowing.getTrigger();
    return !windowing.needsMerge()
        && (trigger instanceof DefaultTrigger
            || trigger instanceof Never.NeverTrigger
            || trigger instanceof AfterWatermark.FromEndOfWindow);
  }

  @SuppressWarnings("unchecked")
  private static <InputT, AccumT> Optional<Coder<AccumT>> accumulatorCoder(
      AppliedPTransform<?, ?, ?> applied, CombineFn<InputT, AccumT, ?> fn) {
    CoderRegistry registry = applied.getPipeline().getCoderRegistry();
    KvCoder<?, ?> coder = Ends.kvCoder(applied, Ends.input(applied));
    try {
      return Optional.ofNullable(
          fn.getAccumulatorCoder(registry, (Coder<InputT>) coder.getValueCoder()));
    } catch (CannotProvideCoderException e) {
      return Optional.empty();
    }
  }
}
