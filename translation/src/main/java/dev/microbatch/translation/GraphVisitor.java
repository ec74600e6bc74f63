package dev.microbatch.translation;

import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.translation.fingerprint.SourceFingerprint;
import dev.microbatch.translation.graph.GraphBuilder;
import dev.microbatch.translation.graph.LogicalStep;
import dev.microbatch.translation.transform.TransformTranslators;
import dev.microbatch.translation.transform.TransformTranslators.Translation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.util.construction.PTransformTranslation;
import org.apache.beam.sdk.util.construction.PTransformTranslation.RawPTransform;

/**
 * Walks through a pipeline and has each transform translated: a composite as a whole if a
 * translator accepts it, otherwise by its parts.
 */
final class GraphVisitor extends PipelineVisitor.Defaults {
  private final GraphBuilder graph;
  private final List<String> unknown = new ArrayList<>();
  private final SourceFingerprint fingerprint = new SourceFingerprint(Clock.system());
  private final Map<String, SourceIdentity> sources = new HashMap<>();

  GraphVisitor(GraphBuilder graph) {
    this.graph = graph;
  }

  @Override
  public CompositeBehavior enterCompositeTransform(Node node) {
    if (node.isRootNode()) {
      return CompositeBehavior.ENTER_TRANSFORM;
    }
    Optional<Translation> translation = find(node);
    translation.ifPresent(found -> add(node, found));
    return translation.isPresent()
        ? CompositeBehavior.DO_NOT_ENTER_TRANSFORM
        : CompositeBehavior.ENTER_TRANSFORM;
  }

  @Override
  public void visitPrimitiveTransform(Node node) {
    Optional<Translation> translation = find(node);
    if (translation.isPresent()) {
      add(node, translation.get());
    } else if (!doesNothing(node)) {
      PTransform<?, ?> transform = node.getTransform();
      unknown.add(
          node.getFullName()
              + " (URN "
              + PTransformTranslation.urnForTransformOrNull(transform)
              + ", class "
              + transform.getClass().getName()
              + ")");
    }
  }

  /**
   * Refuses a pipeline with transforms that nobody can translate.
   *
   * @throws UnsupportedOperationException naming all of them
   */
  void check() {
    if (!unknown.isEmpty()) {
      throw new UnsupportedOperationException(
          "This runner cannot run "
              + (unknown.size() == 1 ? "the step " : "the steps ")
              + String.join(", ", unknown)
              + ": no translator accepts a primitive transform with this URN.");
    }
  }

  /** After an unknown step the graph would have a hole, so the rest is only looked through. */
  private void add(Node node, Translation translation) {
    if (unknown.isEmpty()) {
      int before = graph.size();
      translation.addTo(graph);
      for (LogicalStep step : graph.since(before)) {
        fingerprint
            .of(node, step.name(), step.spec())
            .ifPresent(identity -> sources.put(step.name(), identity));
      }
    }
  }

  /** By what the sources are known across restarts, by the names of their steps. */
  Map<String, SourceIdentity> sources() {
    return sources;
  }

  private Optional<Translation> find(Node node) {
    return TransformTranslators.find(node.toAppliedPTransform(getPipeline()));
  }

  /** A composite of no parts and no output looks like a primitive, but has nothing to run. */
  private static boolean doesNothing(Node node) {
    return node.getOutputs().isEmpty()
        && !(node.getTransform() instanceof RawPTransform)
        && PTransformTranslation.urnForTransformOrNull(node.getTransform()) == null;
  }
}
