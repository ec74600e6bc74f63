package dev.microbatch.translation.graph;

import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.view.ViewPaneCoder;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.PCollectionViews;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * The steps that make a view of a PCollection: its elements are grouped under one key, and each
 * pane of that grouping is a pane of the view. The elements of a singleton view come from a
 * combiner, one to a pane, and are not grouped again: a grouping that accumulates would gather the
 * older ones too.
 */
final class ViewSteps {
  private final GraphBuilder graph;

  ViewSteps(GraphBuilder graph) {
    this.graph = graph;
  }

  @SuppressWarnings("deprecation") // for runners, not for users
  Port add(PCollectionView<?> view, String name, PCollection<?> contents) {
    List<Port> panes = graph.ports(contents);
    Coder<?> elements = contents.getCoder();
    WindowingStrategy<?, ?> windowing = contents.getWindowingStrategy();
    Coder<? extends BoundedWindow> windows = windowing.getWindowFn().windowCoder();
    boolean gathered = !(view.getViewFn() instanceof PCollectionViews.IsSingletonView);
    if (gathered) {
      KvCoder<?, ?> keyed = KvCoder.of(VoidCoder.of(), elements);
      List<Port> withKey =
          graph
              .step(name + "/WithVoidKey", new StepSpec.WithVoidKey())
              .from(panes)
              .to(keyed, windows)
              .add();
      panes =
          graph
              .step(
                  name,
                  new StepSpec.GroupByKey(keyed, windowing, null, graph.aggregator(windowing)))
              .from(withKey)
              .routed(Routing.byKey(VoidCoder.of()))
              .to(KvCoder.of(VoidCoder.of(), IterableCoder.of(elements)), windows)
              .add();
    }
    return graph
        .step(name + "/View", new StepSpec.MaterializeView(view, gathered))
        .from(panes)
        .to(ViewPaneCoder.of(elements), windows)
        .add()
        .get(0);
  }
}
