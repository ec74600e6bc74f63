package dev.microbatch.translation.transform;

import dev.microbatch.translation.graph.GraphBuilder;
import java.util.List;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.transforms.View.CreatePCollectionView;
import org.apache.beam.sdk.values.PCollection;

/** Translates the making of a side input. The elements pass through as well. */
final class ViewTranslator implements TransformTranslator<CreatePCollectionView<?, ?>> {

  @Override
  @SuppressWarnings("deprecation") // there is no other way to the view
  public void translate(
      AppliedPTransform<?, ?, ?> applied,
      CreatePCollectionView<?, ?> transform,
      GraphBuilder graph) {
    PCollection<?> input = Ends.input(applied);
    graph.view(transform.getView(), applied.getFullName(), input);
    graph.union(List.of(input), Ends.output(applied));
  }
}
