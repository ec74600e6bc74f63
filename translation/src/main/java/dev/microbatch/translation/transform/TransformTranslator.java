package dev.microbatch.translation.transform;

import dev.microbatch.translation.graph.GraphBuilder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.PTransform;

/**
 * Turns one kind of Beam transform into steps.
 *
 * @param <T> the kind
 */
public interface TransformTranslator<T extends PTransform<?, ?>> {

  /**
   * Whether it can translate this one. A composite transform that nobody accepts is translated by
   * its parts.
   *
   * @param applied the transform in its pipeline
   * @param transform the same
   */
  default boolean accepts(AppliedPTransform<?, ?, ?> applied, T transform) {
    return true;
  }

  /**
   * Adds the steps.
   *
   * @param applied the transform in its pipeline, with its name, inputs and outputs
   * @param transform the same
   * @param graph takes the steps
   */
  void translate(AppliedPTransform<?, ?, ?> applied, T transform, GraphBuilder graph);
}
