package dev.microbatch.translation;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.translation.fusion.Fusion;
import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.Pipeline;

/** Turns a Beam pipeline into a plan: overrides, then a graph of steps, then stages. Stateless. */
public final class PipelineTranslator {

  private PipelineTranslator() {}

  /**
   * Translates a pipeline.
   *
   * @param pipeline the pipeline; some of its transforms are replaced in place
   * @param options what the plan depends on besides
   * @throws UnsupportedOperationException if it contains a primitive transform that this runner
   *     does not know
   */
  public static Plan translate(Pipeline pipeline, TranslationOptions options) {
    Overrides.apply(pipeline, options);
    GraphBuilder graph = new GraphBuilder(options.specializedAggregators());
    GraphVisitor visitor = new GraphVisitor(graph);
    pipeline.traverseTopologically(visitor);
    visitor.check();
    return Fusion.fuse(graph.build(), options.name(), options.keyGroups())
        .withSources(visitor.sources());
  }
}
